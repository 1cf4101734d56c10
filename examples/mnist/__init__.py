"""The demo: LeNet-300-100 and LeNet-5 from whole MNIST to a .dcmodel file each, judged by running the files
(paper, section 5).
"""
