"""Weight sharing (paper, section 3): k-means over one layer's weights, and the codebook that a network trains with."""

from dcmobile.share.codebook import Codebook
from dcmobile.share.kmeans import Clustering, cluster
from dcmobile.share.share_graph import share_graph

__all__ = ["Clustering", "Codebook", "cluster", "share_graph"]
