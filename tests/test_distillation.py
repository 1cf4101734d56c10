from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dcmobile import CallError, Distillation


def test_half_labels_half_teacher() -> None:
    torch.manual_seed(0)
    teacher = nn.Linear(5, 3)
    x, labels = torch.randn(7, 5), torch.randint(0, 3, (7,))
    scores = torch.randn(7, 3, requires_grad=True)
    student, taught = F.softmax(scores / 2, 1), F.softmax(teacher(x) / 2, 1)
    divergence = (taught * (taught / student).log()).sum() / 7
    expected = 0.5 * F.cross_entropy(scores, labels) + 0.5 * 4 * divergence
    torch.testing.assert_close(Distillation(teacher)(scores, labels, x), expected)


def test_a_network_equal_to_its_teacher_has_no_divergence() -> None:
    teacher = nn.Linear(5, 3)
    x = torch.randn(4, 5)
    loss = Distillation(teacher, share=1)(teacher(x), torch.zeros(4, dtype=torch.int64), x)
    assert loss.item() == pytest.approx(0, abs=1e-6)


def test_the_teacher_is_a_frozen_copy_in_eval_mode() -> None:
    model = nn.Sequential(nn.Linear(5, 3), nn.Dropout(0.9))
    teach = Distillation(model)
    x = torch.randn(4, 5)
    before = teach.answers(x)
    torch.nn.init.zeros_(model[0].weight)  # type: ignore[arg-type]
    assert torch.equal(teach.answers(x), before)
    loss = teach(model(x), torch.zeros(4, dtype=torch.int64), x)
    torch.autograd.backward(loss)
    assert model[0].weight.grad is not None
    assert all(parameter.grad is None for parameter in teach.teacher.parameters())


def test_classes_on_axis_1_of_any_rank() -> None:
    torch.manual_seed(0)
    scores, answers = torch.randn(2, 4, 3, 3), torch.randn(2, 4, 3, 3)
    labels = torch.randint(0, 4, (2, 3, 3))
    flat = [tensor.movedim(1, -1).reshape(-1, 4) for tensor in (scores, answers)]
    teach = Distillation(nn.Identity(), temperature=3)
    expected = teach.from_answers(flat[0], labels.flatten(), flat[1])
    torch.testing.assert_close(teach.from_answers(scores, labels, answers), expected)


@pytest.mark.parametrize(("temperature", "share"), [(0, 0.5), (-1, 0.5), (math.nan, 0.5), (2, 1.1), (2, -0.1)])
def test_bad_numbers(temperature: float, share: float) -> None:
    with pytest.raises(CallError, match="it must be"):
        Distillation(nn.Identity(), temperature, share)


def test_answers_of_another_shape() -> None:
    with pytest.raises(CallError, match=r"answers are \[2, 5\], the network's \[2, 4\]"):
        Distillation(nn.Identity()).from_answers(
            torch.zeros(2, 4), torch.zeros(2, dtype=torch.int64), torch.zeros(2, 5)
        )
