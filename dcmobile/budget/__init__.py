"""From a size to a recipe: the stage between passes and prune, for networks that nobody trains again.

Every layer is tried at several settings (``candidates``), each alone in the network, and what that does to the outputs
is measured with the C++ runtime on calibration inputs (``scan``). Errors of different layers nearly add up, so the best
settings under a budget of bytes are a knapsack problem (``allocate``); what they leave is spent between settings
(``fill``), and files are made until one is full (``fit``). What comes out is a plain recipe
(``sensitivity.Sensitivity.recipe``), which the rest of the road takes as it takes one written by hand.
"""
