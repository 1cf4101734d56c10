"""From a target to the smallest file: trials of several sizes, each compressed, trained where someone trains, judged.

``makers`` make a file of a size, ``driver`` decides which sizes are tried, ``record`` keeps what is done so that an
interrupted search goes on, ``search`` is the one call, ``plot`` draws what was tried.
"""
