"""A network with every encoding, for the tests of reports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from dcmobile.fileformat import Metadata, build_file
from dcmobile.graph import BATCH, Graph, Op, Sharing, Value, Weight
from dcmobile.operators import Activation, Linear

Floats = npt.NDArray[np.float32]


def shared(name: str, shape: tuple[int, ...], density: float, centroids: Floats, seed: int) -> Weight:
    """A weight with a share of random codes."""
    random = np.random.default_rng(seed)
    size = int(np.prod(shape))
    codes = random.integers(1, centroids.size + 1, size).astype(np.uint16)
    codes[random.permutation(size)[round(density * size) :]] = 0
    values = np.concatenate([np.zeros(1, np.float32), centroids])[codes].reshape(shape)
    return Weight(name, values, Sharing(codes, centroids))


def small_graph() -> Graph:
    """x -> a (sparse) -> b (a code for each weight) -> again b's weight with a bias of its own -> c (dense)."""
    weights = [
        shared("a.weight", (24, 16), 0.1, np.array([-1, 0.5, 2], np.float32), 1),
        Weight("a.bias", np.arange(24, dtype=np.float32)),
        shared("b.weight", (24, 24), 1.0, np.linspace(-1, 1, 16, dtype=np.float32) + np.float32(0.01), 2),
        Weight("b.bias", np.ones(24, np.float16)),
        Weight("again.bias", np.ones(24, np.float32) * 3),
        Weight("c.weight", np.random.default_rng(3).random((2, 24)).astype(np.float32)),
    ]
    ops = [
        Op("a", Linear(Activation.Relu), ("x",), "v0", {"weight": "a.weight", "bias": "a.bias"}),
        Op("b", Linear(), ("v0",), "v1", {"weight": "b.weight", "bias": "b.bias"}),
        Op("", Linear(), ("v1",), "v2", {"weight": "b.weight", "bias": "again.bias"}),
        Op("c", Linear(), ("v2",), "v3", {"weight": "c.weight"}),
    ]
    shapes = {"x": 16, "v0": 24, "v1": 24, "v2": 24, "v3": 2}
    values = {name: Value(name, (BATCH, size)) for name, size in shapes.items()}
    return Graph(("x",), tuple(ops), ("v3",), ("scores",), values, {weight.name: weight for weight in weights}).check()


def small_file(folder: Path) -> Path:
    """``small_graph`` as a file with labels and an entry."""
    path = folder / "net.dcmodel"
    path.write_bytes(build_file(small_graph(), metadata=Metadata("a test", ("cat", "dog"), {"note": "n"})).data)
    return path


def hostile_file(folder: Path) -> Path:
    """Names, labels and entries that would be markup, script, template code or steer the text."""
    image, title = "</script><img src=x onerror=alert(1)>", "</title><script>alert(2)</script>"
    attribute, template, control = "'\"><svg onload=alert(3)>", "{{ 7 * 7 }}{% for %}", "\u202ereversed\x1b[2J\n"
    weights = [
        shared("w", (40, 60), 0.1, np.array([-1, 1], np.float32), 1),
        shared("v", (30, 40), 1.0, np.array([-1, 1], np.float32), 1),
        Weight("u", np.ones((2, 30), np.float32)),
    ]
    ops = (
        Op(image, Linear(), (image,), "v1", {"weight": "w"}),
        Op(attribute, Linear(), ("v1",), "v2", {"weight": "v"}),
        Op(template, Linear(), ("v2",), "v3", {"weight": "u"}),
    )
    shapes = {image: 60, "v1": 40, "v2": 30, "v3": 2}
    values = {name: Value(name, (BATCH, size)) for name, size in shapes.items()}
    graph = Graph((image,), ops, ("v3",), (title,), values, {weight.name: weight for weight in weights}).check()
    metadata = Metadata(title, (image, attribute), {control: image, "--><!--": template})
    path = folder / "<b>'&amp;.dcmodel"
    path.write_bytes(build_file(graph, metadata=metadata).data)
    return path
