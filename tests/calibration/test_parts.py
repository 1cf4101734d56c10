from __future__ import annotations

import numpy as np
import pytest
from measured_networks import NETWORKS

from dcmobile.calibration.inputs import calibration_of
from dcmobile.calibration.parts import crossing, part, run
from dcmobile.capture import capture
from dcmobile.passes import prepare


@pytest.mark.parametrize("name", NETWORKS)
def test_two_parts_compute_what_the_whole_does_at_every_cut(name: str) -> None:
    graph = prepare(capture(*NETWORKS[name]()))
    batches = list(calibration_of(graph, None, 6).batches(graph))
    whole = run(part(graph, 0, len(graph.ops), graph.outputs), batches, {}, 1)
    for cut in range(1, len(graph.ops)):
        wanted = crossing(graph, cut)
        made = [name for op in graph.ops[:cut] for name in op.outputs]
        early = [name for name in graph.outputs if name in made]
        fresh = list(dict.fromkeys([name for name in wanted if name in made] + early))
        first = run(part(graph, 0, cut, fresh), batches, {}, 1) if fresh else [{} for _ in batches]
        values = [{**batch, **result} for batch, result in zip(batches, first, strict=True)]
        second = run(part(graph, cut, len(graph.ops), [n for n in graph.outputs if n not in made]), values, {}, 1)
        for expected, before, after in zip(whole, first, second, strict=True):
            for output in graph.outputs:
                np.testing.assert_array_equal({**before, **after}[output], expected[output])


def test_threads_change_nothing() -> None:
    graph = prepare(capture(*NETWORKS["branches"]()))
    batches = list(calibration_of(graph, None, 6).batches(graph))
    one, four = (run(part(graph, 0, len(graph.ops), graph.outputs), batches, {}, threads) for threads in (1, 4))
    for left, right in zip(one, four, strict=True):
        for output in graph.outputs:
            np.testing.assert_array_equal(left[output], right[output])
