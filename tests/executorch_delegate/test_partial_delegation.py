"""Programs that dcmobile takes only some of, and those that it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from programs import blobs, delegates, export, kernels_left, lower, run, runs, save
from torch import nn

from dcmobile import ModelError, Recipe, RecipeError, UnsupportedOperatorError
from dcmobile.capture import capture
from dcmobile.executorch import DcmPartitioner
from dcmobile.fileformat.reader import read_bytes
from dcmobile.graph import BATCH

LOSSLESS = Recipe({"*": {}})


class _SumInTheMiddle(nn.Module):
    """dcmobile has no cumsum and no floor, which XNNPACK has; a linear layer has a weight that is computed."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(12, 8)
        self.last = nn.Linear(8, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.relu(self.first(x))
        sums = torch.cumsum(y, dim=1)
        mixed = nn.functional.linear(torch.floor(y), torch.sigmoid(sums.new_ones(8, 8) * sums[0]))
        result: torch.Tensor = torch.relu(self.last(sums)) + self.last(mixed)
        return result


def _outputs(model: nn.Module, *inputs: torch.Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    with torch.inference_mode():
        return np.asarray(model(*inputs).numpy())


@pytest.mark.parametrize("others", [[], [XnnpackPartitioner]], ids=["portable kernels", "XNNPACK"])
def test_the_rest_runs_elsewhere(others: list[type], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.manual_seed(1)
    model, x = _SumInTheMiddle().eval(), torch.randn(3, 12)
    with pytest.raises(UnsupportedOperatorError, match=r"aten\.cumsum\.default"):
        capture(model, x)
    ours = DcmPartitioner(LOSSLESS)
    lowered = lower(export(model, (x,)), ours, *(other() for other in others))
    assert len(blobs(lowered)) >= 2
    assert any("cumsum" in name for name in kernels_left(lowered))
    backends = {each.backend_id for each in delegates(lowered)}
    assert backends == ({"DcmBackend", "XnnpackBackend"} if others else {"DcmBackend"})
    assert capsys.readouterr().err.strip() == ours.explanation
    assert "aten.cumsum.default in the model's forward, " in ours.explanation
    assert f"{Path(__file__).name}:" in ours.explanation
    program = save(lowered, tmp_path / "net.pte")
    (got,) = run(program, x)
    assert np.abs(got - _outputs(model, x)).max() < 1e-5


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    ours = DcmPartitioner(quiet=True)
    lower(export(_SumInTheMiddle(), (torch.randn(3, 12),)), ours)
    assert "left" in ours.explanation.lower()
    assert "aten.cumsum" not in capsys.readouterr().err


class _Pooled(nn.Module):
    """Operators that stay whole for dcmobile (hardswish, layer norm) on both sides of one that it does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.before = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Hardswish())
        self.after = nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 5), nn.SiLU())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.before(x).flatten(2)
        result: torch.Tensor = self.after(torch.cumsum(y, dim=2)[:, :, -1])
        return result


def test_whole_operators_on_both_sides(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model, x = _Pooled().eval(), torch.randn(2, 3, 6, 6)
    lowered = lower(export(model, (x,)), DcmPartitioner(LOSSLESS, quiet=True))
    kinds = {op.kind for blob in blobs(lowered) for op in read_bytes(blob).graph.ops}
    assert {"Conv2d", "LayerNorm", "Linear"} <= kinds
    assert kernels_left(lowered) == ["<EdgeOpOverload: aten.cumsum.default>: schema = " + _schema("cumsum")]
    (got,) = run(save(lowered, tmp_path / "net.pte"), x)
    assert np.abs(got - _outputs(model, x)).max() < 1e-5


def _schema(name: str) -> str:
    return str(getattr(torch.ops.aten, name).default._schema)


def test_a_dynamic_batch_in_parts(tmp_path: Path) -> None:
    model = _Pooled()
    samples = torch.randn(8, 3, 6, 6)
    lowered = lower(export(model, (samples[:3],), dynamic=True), DcmPartitioner(LOSSLESS, quiet=True))
    assert len(blobs(lowered)) == 2
    program = save(lowered, tmp_path / "net.pte")
    calls = [(samples[:size],) for size in (3, 1, 8, 2)]
    for inputs, (got,) in zip(calls, runs(program, calls), strict=True):
        assert np.abs(got - _outputs(model, *inputs)).max() < 1e-5


def test_a_dynamic_batch(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(128, 5)).eval()
    samples = torch.randn(8, 3, 6, 6)
    lowered = lower(export(model, (samples[:2],), dynamic=True), DcmPartitioner(LOSSLESS))
    (blob,) = blobs(lowered)
    graph = read_bytes(blob).graph
    assert graph.values[graph.inputs[0]].shape == (BATCH, 3, 6, 6)
    calls = [(samples[:size],) for size in (2, 1, 8, 5)]
    for inputs, (got,) in zip(calls, runs(save(lowered, tmp_path / "net.pte"), calls), strict=True):
        assert got.shape == (len(inputs[0]), 5)
        assert np.abs(got - _outputs(model, *inputs)).max() < 1e-5


def test_alexnets_normalisation_which_executorch_has_no_kernel_for(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = nn.Sequential(nn.Conv2d(3, 16, 3), nn.ReLU(), nn.LocalResponseNorm(5, 1e-4, 0.75, 2.0)).eval()
    x = torch.randn(1, 3, 8, 8)
    lowered = lower(export(model, (x,)), DcmPartitioner(LOSSLESS))
    assert [op.kind for op in read_bytes(blobs(lowered)[0]).graph.ops] == ["Conv2d", "LocalResponseNorm"]
    (got,) = run(save(lowered, tmp_path / "net.pte"), x)
    assert np.abs(got - _outputs(model, x)).max() < 1e-5
    alone = save(lower(export(model, (x,)), XnnpackPartitioner()), tmp_path / "xnnpack.pte")
    with pytest.raises(RuntimeError):
        run(alone, x)


def test_two_methods(tmp_path: Path) -> None:
    from executorch.runtime import Runtime

    import dcmobile.executorch

    first, second = nn.Linear(4, 3), nn.Linear(3, 2)
    programs = {"encode": export(first, (torch.ones(1, 4),)), "decode": export(second, (torch.ones(1, 3),))}
    program = save(lower(programs, DcmPartitioner(LOSSLESS)), tmp_path / "net.pte")
    dcmobile.executorch.register()
    loaded = Runtime.get().load_program(program)
    encoded = loaded.load_method("encode").execute([torch.ones(1, 4)])
    (decoded,) = loaded.load_method("decode").execute(encoded)
    assert np.abs(decoded.numpy() - second(first(torch.ones(1, 4))).detach().numpy()).max() < 1e-6


def _channels_last(model: nn.Module) -> nn.Module:
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def test_channels_last_is_refused() -> None:
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()).eval()
    x = torch.randn(1, 3, 8, 8)
    with pytest.raises(ModelError, match=r"input 'input' is channels_last .*memory_format=torch\.contiguous_format"):
        lower(export(model, (x.to(memory_format=torch.channels_last),)))
    with pytest.raises(ModelError, match=r"result .* is channels_last"):
        lower(export(_channels_last(model), (x,)))


def test_channels_last_weights_of_a_network_that_ends_in_rows(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 4)).eval()
    x = torch.randn(1, 3, 8, 8)
    expected = _outputs(model, x)
    program = lower(export(_channels_last(model), (x,)), DcmPartitioner(LOSSLESS))
    (got,) = run(save(program, tmp_path / "net.pte"), x)
    assert np.abs(got - expected).max() < 1e-5


def test_a_pattern_that_fits_no_layer() -> None:
    with pytest.raises(RecipeError, match="'fc9' fits no layer"):
        lower(export(nn.Sequential(nn.Linear(4, 3)), (torch.randn(1, 4),)), DcmPartitioner({"fc9": {"bits": 4}}))


def test_train_mode() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).train()
    with pytest.raises(ModelError, match=r"train mode"):
        lower(torch.export.export(model, (torch.randn(2, 1, 4, 4),)))


def test_nan_weights() -> None:
    model = nn.Linear(4, 3)
    with torch.no_grad():
        model.weight[1, 2] = torch.nan
    with pytest.raises(ModelError, match="1 NaN or infinite"):
        lower(export(model, (torch.randn(1, 4),)))


def test_nothing_that_dcmobile_has(tmp_path: Path) -> None:
    class Sorted(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.sort(x).values

    ours = DcmPartitioner(quiet=True)
    lowered = lower(export(Sorted(), (torch.randn(1, 5),)), ours)
    assert blobs(lowered) == []
    assert ours.explanation.startswith("dcmobile takes 0 of 1 operators, in 0 parts.")
