"""Pooling to a given size."""

from __future__ import annotations

from dcmobile import operators
from dcmobile.capture.call import Call
from dcmobile.capture.shape_steps import need_rank, reshape, window_of_row
from dcmobile.capture.translation import translates


@translates("aten.adaptive_avg_pool2d.default", "aten._adaptive_avg_pool2d.default", keep=True)
def adaptive_avg_pool2d(call: Call) -> None:
    """``torch.nn.functional.adaptive_avg_pool2d``."""
    x = call.value("self")
    need_rank(x, 4, "[N, C, H, W]")
    call.emit(operators.AdaptiveAveragePool2d(*call.shape[2:]), x)


@translates("aten.adaptive_max_pool2d.default", keep=True)
def adaptive_max_pool2d(call: Call) -> None:
    """``torch.nn.functional.adaptive_max_pool2d``, without the indices."""
    x, result = call.value("self"), call.result_shape(0)
    need_rank(x, 4, "[N, C, H, W]")
    call.give_all([call.step(operators.AdaptiveMaxPool2d(*result[2:]), x, shape=result), None])


@translates("aten.adaptive_avg_pool1d.default", keep=True)
def adaptive_avg_pool1d(call: Call) -> None:
    """``torch.nn.functional.adaptive_avg_pool1d``, on one row."""
    x, result = call.value("self"), call.shape
    need_rank(x, 3, "[N, C, L]")
    pool = operators.AdaptiveAveragePool2d(1, result[2])
    row = call.step(pool, window_of_row(call, x), shape=(*result[:2], 1, result[2]))
    call.give(reshape(call, row, result))


@translates("aten.adaptive_max_pool1d.default", keep=True)
def adaptive_max_pool1d(call: Call) -> None:
    """``torch.nn.functional.adaptive_max_pool1d``, on one row and without the indices."""
    x, result = call.value("self"), call.result_shape(0)
    need_rank(x, 3, "[N, C, L]")
    pool = operators.AdaptiveMaxPool2d(1, result[2])
    row = call.step(pool, window_of_row(call, x), shape=(*result[:2], 1, result[2]))
    call.give_all([reshape(call, row, result), None])
