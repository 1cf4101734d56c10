"""``python -m benchmarks.compression.peers``: what other ways to make weights small give on the networks of
``post_training``, into docs/compression.md.

Each takes the weights of layers, batch norms folded, and gives bytes and the weights that come out of them; those go
back into the network, which is judged in dcmobile's runtime with dense weights. Biases are counted in fp32 for all. A
peer's bytes have no graph, which dcmobile's files do.

- int8: symmetric int8 with a scale for each output channel, in the tensors of ONNX; as they are, then gzip -9, which is
  what an APK does to a file, and zstd -19.
- coremltools: magnitude pruning and palettization (k-means) of each layer, jointly where both (``optimize.coreml``),
  saved as .mlpackage; weights packed with xz -9.
- NNCodec (ISO/IEC 15938-17): trellis quantisation and CABAC, in the environment of scripts/create-nncodec-environment;
  left out where there is none.
"""

from __future__ import annotations

import gzip
import json
import lzma
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt
import torch

from benchmarks.compression.document import replace_between
from benchmarks.compression.post_training import RATIOS, TITLES, judged
from dcmobile import zoo
from dcmobile.encode import encode_graph
from dcmobile.fileformat import build_file
from dcmobile.graph_file import prepared, silent
from dcmobile.layer_weights import layer_weights
from dcmobile.zoo import trained

Floats = npt.NDArray[np.float32]
Weights = Mapping[str, Floats]

BEGIN = "<!-- peers: begin (make compress-bench writes what is between these lines) -->"
END = "<!-- peers: end -->"

#: Share of the weights that coremltools prunes, and bits of a code.
COREML = ((0.0, 6), (0.0, 4), (0.2, 4))
#: NNCodec's qp: the lower, the finer.
NNCODEC = (-30, -26, -22)
NNCODEC_PYTHON = Path("build/nncodec/bin/python")
PACKERS: Mapping[str, Callable[[bytes], int]] = {
    "int8": len,
    "int8, gzip": lambda data: len(gzip.compress(data, 9, mtime=0)),
    "int8, zstd": lambda data: _zstd(data),
}


@dataclass(frozen=True)
class Row:
    """A network by a peer. bytes: weights and biases. The rest as in ``post_training.Row``."""

    network: str
    peer: str
    dense_bytes: int
    bytes: int
    top1: int
    top5: int
    agreement: float
    error: float


def int8(weights: Weights) -> tuple[bytes, dict[str, Floats]]:
    """ONNX's tensors, and the weights that they stand for."""
    import onnx

    tensors, decoded = [], {}
    for name, values in weights.items():
        rows = values.reshape(values.shape[0], -1)
        scales = (np.abs(rows).max(1) / 127).astype(np.float32)
        scales[scales == 0] = 1
        codes = np.round(rows / scales[:, np.newaxis]).astype(np.int8)
        tensors += [onnx.numpy_helper.from_array(codes.reshape(values.shape)), onnx.numpy_helper.from_array(scales)]
        decoded[name] = (codes * scales[:, np.newaxis]).astype(np.float32).reshape(values.shape)
    return b"".join(tensor.SerializeToString() for tensor in tensors), decoded


def coreml(weights: Weights, sparsity: float, bits: int) -> tuple[int, dict[str, Floats]]:
    """Bytes and weights. sparsity: share of the weights that goes. bits: of a code."""
    import coremltools as ct
    import coremltools.optimize as cto
    from coremltools.converters.mil import Builder as mb  # noqa: N813

    names = list(weights)

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, 1))], opset_version=ct.target.iOS18)
    def program(x):  # type: ignore[no-untyped-def]
        total = x
        for index, name in enumerate(names):
            flat = weights[name].reshape(weights[name].shape[0], -1)
            seen = mb.linear(x=mb.tile(x=x, reps=[1, flat.shape[1]]), weight=flat, name=f"layer{index}")
            total = mb.add(x=total, y=mb.reduce_sum(x=seen, axes=[1], keep_dims=True))
        return total

    model = ct.convert(
        program,
        convert_to="mlprogram",
        minimum_deployment_target=ct.target.iOS18,
        compute_precision=ct.precision.FLOAT32,
        skip_model_load=True,
    )
    palettizer = cto.coreml.OptimizationConfig(
        global_config=cto.coreml.OpPalettizerConfig(mode="kmeans", nbits=bits, weight_threshold=0)
    )
    if sparsity > 0:
        pruner = cto.coreml.OptimizationConfig(
            global_config=cto.coreml.OpMagnitudePrunerConfig(target_sparsity=sparsity, weight_threshold=0)
        )
        model = cto.coreml.prune_weights(model, pruner)
    model = cto.coreml.palettize_weights(model, palettizer, joint_compression=sparsity > 0)
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/net.mlpackage")
        packed = lzma.compress(next(Path(folder).rglob("weight.bin")).read_bytes(), preset=9)
    plain = cto.coreml.decompress_weights(model)
    values = {op.name: op.weight.val for op in plain._mil_program.functions["main"].find_ops(op_type="linear")}
    decoded = {
        name: np.asarray(values[f"layer{index}"], np.float32).reshape(weights[name].shape)
        for index, name in enumerate(names)
    }
    return len(packed), decoded


def nncodec(weights: Weights, quantiser: int) -> tuple[int, dict[str, Floats]]:
    """Bytes of the bitstream, and its weights. quantiser: NNCodec's qp."""
    with tempfile.TemporaryDirectory() as folder:
        arrays: dict[str, Any] = {f"layer{index}": values for index, values in enumerate(weights.values())}
        np.savez(f"{folder}/in.npz", **arrays)
        program = str(Path(__file__).with_name("nncodec_weights.py"))
        command = [str(NNCODEC_PYTHON), program, f"{folder}/in.npz", str(quantiser), f"{folder}/out.npz"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"NNCodec failed: {done.stderr.strip()}")
        with np.load(f"{folder}/out.npz") as made:
            decoded = {
                name: made[f"layer{index}"].reshape(values.shape).astype(np.float32)
                for index, (name, values) in enumerate(weights.items())
            }
    return int(done.stdout.split()[-1]), decoded


def rows_of(name: str) -> Iterator[Row]:
    """All peers on one network."""
    graph, dense = prepared(trained.load(name), zoo.example_inputs(name), None, silent)
    held = [weight for weights in layer_weights(graph).values() for weight in weights]
    layers = {weight.name: weight.values.astype(np.float32, copy=False) for weight in held}
    others = sum(4 * weight.values.size for key, weight in graph.weights.items() if key not in layers)

    def judge(decoded: Weights) -> tuple[int, int, float, float]:
        weights = {key: replace(graph.weights[key], values=values) for key, values in decoded.items()}
        changed = replace(graph, weights={**graph.weights, **weights})
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "net.dcmodel"
            path.write_bytes(build_file(changed, encode_graph(changed)).data)
            return judged(name, path)

    data, decoded = int8(layers)
    result = judge(decoded)
    for peer, pack in PACKERS.items():
        yield Row(name, peer, dense, pack(data) + others, *result)
    for sparsity, bits in COREML:
        size, decoded = coreml(layers, sparsity, bits)
        pruned = f"{sparsity:.0%} pruned, " if sparsity else ""
        yield Row(name, f"coremltools, {pruned}{bits} bits, xz", dense, size + others, *judge(decoded))
    if not NNCODEC_PYTHON.exists():
        click.echo("NNCodec is left out: scripts/create-nncodec-environment sets it up", err=True)
        return
    for quantiser in NNCODEC:
        size, decoded = nncodec(layers, quantiser)
        yield Row(name, f"NNCodec, qp {quantiser}", dense, size + others, *judge(decoded))


def table(rows: Sequence[Row]) -> str:
    """A line a row, large files first."""
    lines = [
        "| network | peer | times smaller | top-1 | top-5 | same class | error |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in sorted(rows, key=lambda row: (list(RATIOS).index(row.network), -row.bytes)):
        lines.append(
            f"| {TITLES[row.network]} | {row.peer} | {row.dense_bytes / row.bytes:.2f}x | {row.top1} | {row.top5} | "
            f"{100 * row.agreement:.1f} % | {100 * row.error:.2f} % |"
        )
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    return (
        f"{row.network}, {row.peer}: {row.bytes:,} bytes, {row.dense_bytes / row.bytes:.2f}x, top-1 {row.top1}, "
        f"top-5 {row.top5}, agreement {100 * row.agreement:.1f} %, error {100 * row.error:.2f} %"
    )


def _zstd(data: bytes) -> int:
    import zstandard

    return len(zstandard.ZstdCompressor(level=19).compress(data))


@click.command()
@click.option("--network", "networks", multiple=True, type=click.Choice(sorted(RATIOS)), help="Default: all.")
@click.option("--output", default=Path("build/compression"), show_default=True, type=click.Path(path_type=Path))
@click.option("--document", type=click.Path(path_type=Path, exists=True), help="The page that gets the table.")
def main(networks: tuple[str, ...], output: Path, document: Path | None) -> None:
    """Run the peers; what is not run keeps its row of an earlier call."""
    torch.set_num_threads(1)
    output.mkdir(parents=True, exist_ok=True)
    report = output / "peers.json"
    rows = _read(report)
    for name in networks or RATIOS:
        for made in rows_of(name):
            click.echo(_line(made))
            rows = [row for row in rows if (row.network, row.peer) != (name, made.peer)] + [made]
            report.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    if document is not None:
        replace_between(document, BEGIN, END, table(rows))


def _read(path: Path) -> list[Row]:
    try:
        return [Row(**row) for row in json.loads(path.read_text())]
    except (OSError, TypeError, ValueError):
        return []


if __name__ == "__main__":
    main()
