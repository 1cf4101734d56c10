"""Inputs like those that a network will get, and the network run on them part by part, in the C++ runtime.

What measures a network without training it stands on this: the scan of ``budget`` and the moments of ``compensate``.
"""
