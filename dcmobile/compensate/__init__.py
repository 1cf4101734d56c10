"""From calibration inputs to better weights: the stage between passes and share, for networks that nobody trains again.

Rounding each weight on its own to the nearest centroid is not what harms the outputs least: an error in one weight can
be made up for in others, where the layer's inputs go together. ``moments`` says how much they do, ``columns`` settles
the weights of a layer one column after another with the rest of each row taking up the error, ``refit`` moves the
centroids, and the bias takes what is left of the mean (``layer``). ``network`` does so layer by layer, each with the
inputs that it gets from the compressed layers before it.
"""
