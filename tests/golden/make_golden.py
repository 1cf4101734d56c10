"""Makes the golden files that are not there yet: `.venv/bin/python tests/golden/make_golden.py` from the root.

README.md has the rule: what is there is never made again. Each network is a function below or in
`operator_networks.py`; its file, its inputs and what torch makes of them are written, and their checksums are added to
SHA256SUMS.
"""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

FOLDER = Path(__file__).parent
sys.path[:0] = [str(FOLDER.parent / "fileformat"), str(FOLDER.parent / "format"), str(FOLDER.parent / "capture")]

from golden_network import Golden  # noqa: E402
from hand_assembly import build as assemble  # noqa: E402
from hand_made_model import tiny  # noqa: E402
from network_builder import NetworkBuilder  # noqa: E402
from operator_networks import NETWORKS as OPERATOR_NETWORKS  # noqa: E402
from random_graphs import random_inputs, shared_weight, torch_results  # noqa: E402

from dcmobile.encode import Encoding  # noqa: E402
from dcmobile.fileformat import Metadata  # noqa: E402
from dcmobile.graph import BATCH, Sharing, Weight  # noqa: E402
from dcmobile.operators import Activation, Add, Conv2d, Flatten, Linear, MaxPool2d, Relu, Softmax  # noqa: E402

SPARSE, DENSE_SHARED = Encoding.SPARSE_SHARED, Encoding.DENSE_SHARED
MAX_BYTES = 30_000


def finished(
    build: NetworkBuilder, *outputs: str, batch: int = 2, metadata: Metadata | None = None, packed: bool = False
) -> Golden:
    """The network with the named outputs, run on random inputs."""
    graph = build.graph(*outputs)
    inputs = random_inputs(graph, np.random.default_rng(1), batch)
    return Golden(build.file(*outputs, metadata=metadata, packed=packed), inputs, torch_results(graph, inputs))


def convolutional() -> Golden:
    """A picture through every operator of the first version but Add, with labels and other metadata."""
    build = NetworkBuilder(10, {"picture": (BATCH, 2, 13, 12)})
    kernel = build.shared("conv1.weight", (8, 2, 3, 3), SPARSE, density=0.3, centroids=16)
    build.add(Conv2d(Activation.Relu, pad_top=1, pad_left=2), weight=kernel, bias=build.dense("conv1.bias", (8,)))
    build.add(MaxPool2d(3, 2, stride_h=2, stride_w=2, pad_top=1, pad_bottom=1, ceil_mode=True))
    kernel = build.shared("conv2.weight", (12, 4, 2, 3), DENSE_SHARED, density=0.8, centroids=15, half=True)
    build.add(Conv2d(stride_h=2, pad_bottom=1, dilation_w=2, groups=2), weight=kernel)
    build.add(Relu())
    build.add(Flatten(1, 3))
    features = 12 * 4 * 2
    weight = build.shared("fc1.weight", (30, features), SPARSE, density=0.1, centroids=32, half=True)
    build.add(Linear(Activation.Relu), weight=weight, bias=build.dense("fc1.bias", (30,), half=True))
    build.add(Linear(), weight=build.shared("fc2.weight", (5, 30), SPARSE, density=0.5, centroids=7))
    last = build.add(Softmax(axis=1))
    entries = {"task": "none", "dcmobile.recipe": '[layers]\n"*" = {bits = 4}\n', "empty": ""}
    labels = ("cat", "dog", "Vögel", "魚", "")
    return finished(build, last, metadata=Metadata("dcmobile 0.1.0", labels, entries))


def packed() -> Golden:
    """A model of every encoding in its packed form, with metadata; dense values off every alignment."""
    build = NetworkBuilder(19, {"picture": (BATCH, 3, 9, 8)})
    kernel = build.shared("conv.weight", (5, 3, 3, 3), DENSE_SHARED, density=0.7, centroids=9, half=True)
    build.add(Conv2d(Activation.Relu, pad_left=1, pad_right=1), weight=kernel, bias=build.dense("b", (5,), half=True))
    build.add(MaxPool2d(2, 2, stride_h=2, stride_w=2))
    build.add(Flatten(1, 3))
    weight = build.shared("fc1.weight", (20, 5 * 3 * 4), SPARSE, density=0.15, centroids=12)
    build.add(Linear(Activation.Relu), weight=weight, bias=build.dense("fc1.bias", (20,)))
    build.add(Linear(), weight=build.dense("fc2.weight", (3, 20), half=True))
    last = build.add(Softmax(axis=1))
    metadata = Metadata("dcmobile 0.1.0", ("cat", "dog", "Vögel"), {"task": "none"})
    return finished(build, last, metadata=metadata, packed=True)


def dense() -> Golden:
    """Dense weights and biases, binary32 and binary16, over three axes with a fixed batch."""
    build = NetworkBuilder(11, {"x": (3, 4, 10)})
    build.add(Linear(Activation.Relu), weight=build.dense("a", (20, 10)), bias=build.dense("b", (20,), half=True))
    build.add(Linear(), weight=build.dense("c", (6, 20), half=True), bias=build.dense("d", (6,)))
    build.add(Flatten(1, 2))
    last = build.add(Softmax(axis=1))
    return finished(build, last)


def branches() -> Golden:
    """Two inputs, Adds across branches, a weight that two operators share, three outputs, one of them an input."""
    build = NetworkBuilder(12, {"left": (BATCH, 3, 6, 5), "right": (BATCH, 3, 6, 5)})
    total = build.add(Add(), "left", "right")
    kernel = build.shared("kernel", (3, 3, 3, 3), SPARSE, density=0.4, centroids=12)
    pads = Conv2d(Activation.Relu, pad_top=1, pad_left=1, pad_bottom=1, pad_right=1)
    first = build.add(pads, total, weight=kernel)
    second = build.add(pads, "left", weight=kernel, bias=build.dense("bias", (3,)))
    joined = build.add(Add(Activation.Relu), first, second)
    scaled = build.add(Softmax(axis=3), joined)
    return finished(build, scaled, total, "right", batch=3)


def sparse_chunks() -> Golden:
    """A sparse shared weight of two chunks."""
    build = NetworkBuilder(13, {"x": (BATCH, 288)})
    last = build.add(Linear(), weight=build.shared("w", (256, 288), SPARSE, density=0.95, centroids=2))
    return finished(build, last)


def dense_shared_chunks() -> Golden:
    """A dense shared weight of two chunks."""
    build = NetworkBuilder(14, {"x": (BATCH, 300)})
    last = build.add(Linear(), weight=build.shared("w", (256, 300), DENSE_SHARED, density=0.6, centroids=2))
    return finished(build, last)


def long_gaps() -> Golden:
    """Few weights far apart: skip symbols, rows of zeros, and zeros before the first weight and after the last."""
    build = NetworkBuilder(15, {"x": (BATCH, 700)})
    last = build.add(Linear(), weight=build.shared("w", (60, 700), SPARSE, density=0.003, centroids=20))
    return finished(build, last)


def large_codebooks() -> Golden:
    """256 centroids, sparse and dense shared, with code words of up to 11 bits."""
    random = np.random.default_rng(16)
    centroids = np.linspace(-0.5, 0.5, 256, dtype=np.float32)

    def weight(name: str, shape: tuple[int, int], density: float, dtype: type[np.floating]) -> Weight:
        codes = random.geometric(0.02, shape[0] * shape[1]) % 256 + 1
        codes[random.random(codes.size) > density] = 0
        codes[:256] = np.arange(1, 257)
        return shared_weight(name, shape, Sharing(codes.astype(np.uint16), centroids.astype(dtype)))

    build = NetworkBuilder(16, {"x": (BATCH, 80)})
    build.add(Linear(Activation.Relu), weight=build.keep(weight("a", (70, 80), 0.4, np.float32), SPARSE))
    last = build.add(Linear(), weight=build.keep(weight("b", (60, 70), 1.0, np.float16), DENSE_SHARED))
    return finished(build, last)


def empty_streams() -> Golden:
    """Weights that take no bits: all of one value, sparse and dense shared, and all zero."""
    build = NetworkBuilder(17, {"x": (BATCH, 6)})
    one = build.add(Linear(), "x", weight=build.shared("one", (4, 6), SPARSE, density=1.0, centroids=1))
    same = build.add(Linear(), "x", weight=build.shared("same", (4, 6), DENSE_SHARED, density=1.0, centroids=1))
    none = build.add(Linear(), "x", weight=build.shared("none", (4, 6), SPARSE, density=0.0, centroids=1))
    return finished(build, one, same, none)


def another_writer() -> Golden:
    """Assembled by hand, laid out unlike the writer's files: tables come before what they refer to."""
    x = np.random.default_rng(1).normal(size=(2, 4)).astype(np.float32)
    first = torch.tensor([[-1, 0, 0.5, 0], [0, 0, 0, 0], [2, -1, 0, 0]], dtype=torch.float64)
    bias = torch.tensor([0.5, 1, -0.25], dtype=torch.float64)
    second = torch.tensor([[0.25, 0, 0], [0.25, 0.25, 0.25]], dtype=torch.float64)
    hidden = (torch.from_numpy(x).double() @ first.T + bias).relu()
    return Golden(assemble(tiny()), [x], [(hidden @ second.T).softmax(1).numpy()])


NETWORKS: tuple[Callable[[], Golden], ...] = (
    convolutional,
    dense,
    branches,
    sparse_chunks,
    dense_shared_chunks,
    long_gaps,
    large_codebooks,
    empty_streams,
    another_writer,
    packed,
    *OPERATOR_NETWORKS,
)


def write(name: str, golden: Golden) -> None:
    """Write one file with its arrays and note their checksums. FileExistsError if any of it is there."""
    held = {f"input{i}": x for i, x in enumerate(golden.inputs)}
    held |= {f"output{i}": y.astype(np.float32) for i, y in enumerate(golden.outputs)}
    arrays = io.BytesIO()
    np.savez_compressed(arrays, allow_pickle=False, **held)
    files = {FOLDER / f"{name}.dcmodel": golden.data, FOLDER / f"{name}.npz": arrays.getvalue()}
    for path, data in files.items():
        if len(data) >= MAX_BYTES:
            raise ValueError(f"{path.name} would take {len(data)} bytes; golden files stay below {MAX_BYTES}")
    for path, data in files.items():
        with path.open("xb") as file:
            file.write(data)
    with (FOLDER / "SHA256SUMS").open("a") as sums:
        for path in files:
            sums.write(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")


def main() -> None:
    """Make what is missing."""
    for network in NETWORKS:
        name = network.__name__
        if (FOLDER / f"{name}.dcmodel").exists() or (FOLDER / f"{name}.npz").exists():
            print(f"{name}: is there, and is never made again (README.md)")
            continue
        golden = network()
        write(name, golden)
        print(f"{name}: {len(golden.data)} bytes")


if __name__ == "__main__":
    main()
