"""Small files from the real writer that hold every operator and every encoding between them.

Every value is an output, so that no difference between two readers hides behind an operator that follows.
"""

from network_builder import NetworkBuilder

from dcmobile.encode import Encoding
from dcmobile.fileformat import Metadata
from dcmobile.graph import BATCH
from dcmobile.operators import Activation, Add, Conv2d, Flatten, Linear, MaxPool2d, Relu, Softmax


def picture() -> bytes:
    """Conv2d (sparse shared, bias, padded), MaxPool2d, Flatten, Linear (dense shared, binary16), Softmax; labels."""
    build = NetworkBuilder(1, {"x": (BATCH, 2, 4, 3)})
    kernel = build.shared("kernel", (4, 1, 2, 2), Encoding.SPARSE_SHARED, density=0.5, centroids=3)
    padded = Conv2d(Activation.Relu, stride_h=2, pad_left=1, pad_bottom=1, groups=2)
    build.add(padded, weight=kernel, bias=build.dense("bias", (4,), half=True))
    build.add(MaxPool2d(kernel_h=1, kernel_w=2, stride_w=2, pad_left=1, ceil_mode=True))
    build.add(Flatten(1, 3))
    features = 4 * 2 * 2
    build.add(Linear(), weight=build.shared("w", (3, features), Encoding.DENSE_SHARED, 0.8, 3, half=True))
    build.add(Softmax(axis=1))
    return build.file(metadata=Metadata("test 1", ("a", "b", "ü"), {"key": "value"}))


def two_inputs() -> bytes:
    """Add, Linear (dense, binary32), Linear (dense, binary16), Relu on two inputs of a fixed batch."""
    build = NetworkBuilder(2, {"x": (2, 3), "second": (2, 3)})
    build.add(Add(Activation.Relu), "x", "second")
    build.add(Linear(), weight=build.dense("w", (2, 3)), bias=build.dense("b", (2,)))
    build.add(Relu())
    build.add(Linear(), "op0", weight=build.dense("v", (2, 3), half=True))
    return build.file()


def degenerate() -> bytes:
    """Weights whose streams are empty: one gap and one code, one code for all, nothing set at all."""
    build = NetworkBuilder(3, {"x": (BATCH, 4)})
    build.add(Linear(), weight=build.shared("all", (3, 4), Encoding.SPARSE_SHARED, density=1.0, centroids=1))
    build.add(Linear(), "x", weight=build.shared("one", (2, 4), Encoding.DENSE_SHARED, 1.0, 1, half=True))
    build.add(Linear(Activation.Relu), "x", weight=build.shared("none", (2, 4), Encoding.SPARSE_SHARED, 0.0, 1))
    return build.file()


def streams() -> bytes:
    """A Linear whose weight is sparse shared and one whose weight is dense shared, with code words of many lengths."""
    build = NetworkBuilder(4, {"x": (BATCH, 40)})
    build.add(Linear(), weight=build.shared("sparse", (12, 40), Encoding.SPARSE_SHARED, density=0.2, centroids=16))
    build.add(Linear(), weight=build.shared("dense", (8, 12), Encoding.DENSE_SHARED, density=0.9, centroids=12))
    return build.file()


def paired_gaps() -> bytes:
    """Packed, with a Linear whose gaps are coded in pairs, the last of them half a pair."""
    build = NetworkBuilder(6, {"x": (BATCH, 20)})
    build.add(Linear(), weight=build.shared("w", (20, 20), Encoding.SPARSE_SHARED, 0.85, centroids=2, pairs=True))
    return build.file(packed=True)


NETWORKS = {"picture": picture, "two inputs": two_inputs, "degenerate": degenerate}
