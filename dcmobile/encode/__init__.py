"""Weights to streams: relative indices, Huffman codes, and the smallest encoding of each layer (docs/format.md,
sections 4 to 6).
"""

from dcmobile.encode.choose import encode_weight
from dcmobile.encode.encode_graph import encode_graph
from dcmobile.encode.encoded import CHUNK_DTYPE, EncodedWeight, Encoding, WeightBytes, WeightStatistics

__all__ = [
    "CHUNK_DTYPE",
    "EncodedWeight",
    "Encoding",
    "WeightBytes",
    "WeightStatistics",
    "encode_graph",
    "encode_weight",
]
