"""The command line ``dcmobile``: one file a command, ``main`` puts them together (docs/cli.md).

What a command needs is imported when it runs: ``dcmobile --help`` does not wait for numpy, and only ``compress``
imports torch.
"""
