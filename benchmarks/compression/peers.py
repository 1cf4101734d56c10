"""``python -m benchmarks.compression.peers NETWORK``: what other ways to make weights small give, on the same networks.

Each takes the weights of layers, batch norms folded, and gives bytes and the weights that come out of them; those go
back into the network, which is judged in dcmobile's runtime with dense weights. Biases are counted in fp32 for all. A
peer's bytes have no graph, which dcmobile's files do.

- int8: symmetric int8 with a scale for each output channel, in the tensors of ONNX, then zstd -19.
- coremltools: joint magnitude pruning and palettization of each layer (``optimize.coreml``), saved as .mlpackage,
  weights packed with xz -9.
"""

from __future__ import annotations

import lzma
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
import torch

from benchmarks.compression.post_training import RATIOS, judged
from dcmobile import zoo
from dcmobile.encode import encode_graph
from dcmobile.fileformat import build_file
from dcmobile.graph_file import prepared, silent
from dcmobile.layer_weights import layer_weights
from dcmobile.zoo import trained

Floats = npt.NDArray[np.float32]


def int8(weights: Mapping[str, Floats]) -> tuple[int, dict[str, Floats]]:
    """Bytes and weights, as all here."""
    import onnx
    import zstandard

    tensors, decoded = [], {}
    for name, values in weights.items():
        rows = values.reshape(values.shape[0], -1)
        scales = (np.abs(rows).max(1) / 127).astype(np.float32)
        scales[scales == 0] = 1
        codes = np.round(rows / scales[:, np.newaxis]).astype(np.int8)
        tensors += [onnx.numpy_helper.from_array(codes.reshape(values.shape)), onnx.numpy_helper.from_array(scales)]
        decoded[name] = (codes * scales[:, np.newaxis]).astype(np.float32).reshape(values.shape)
    data = b"".join(tensor.SerializeToString() for tensor in tensors)
    return len(zstandard.ZstdCompressor(level=19).compress(data)), decoded


def coreml(weights: Mapping[str, Floats], sparsity: float, bits: int) -> tuple[int, dict[str, Floats]]:
    """sparsity: share of the weights that goes. bits: of a code."""
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


@click.command()
@click.argument("name", type=click.Choice(sorted(RATIOS)))
def main(name: str) -> None:
    """Print a line a peer and setting."""
    torch.set_num_threads(1)
    graph, dense = prepared(trained.load(name), zoo.example_inputs(name), None, silent)
    layers = {weight.name: weight.values for held in layer_weights(graph).values() for weight in held}
    others = sum(4 * weight.values.size for key, weight in graph.weights.items() if key not in layers)
    settings: list[tuple[str, Callable[..., tuple[int, dict[str, Floats]]], tuple[float, ...]]] = [
        ("int8, zstd", int8, ())
    ]
    for sparsity, bits in ((0, 6), (0.2, 6), (0.2, 4)):
        settings.append((f"coremltools, {sparsity:.0%} pruned, {bits} bits, xz", coreml, (sparsity, bits)))
    for title, peer, how in settings:
        size, decoded = peer(layers, *how)
        weights = {key: replace(graph.weights[key], values=values) for key, values in decoded.items()}
        changed = replace(graph, weights={**graph.weights, **weights})
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "net.dcmodel"
            path.write_bytes(build_file(changed, encode_graph(changed)).data)
            top1, top5, agreement, error = judged(name, path)
        click.echo(
            f"{title}: {size + others:,} bytes, {dense / (size + others):.2f}x, top-1 {top1}, top-5 {top5}, agreement "
            f"{100 * agreement:.1f} %, error {100 * error:.2f} %"
        )


if __name__ == "__main__":
    main()
