"""Finds attention that a model writes out as products and a softmax."""

from __future__ import annotations

from dataclasses import replace

from dcmobile.graph import Graph, Op
from dcmobile.operators import Activation, Add, Affine, Attention, MatMul, Softmax, Transpose
from dcmobile.passes.rewriting import Rewriting


def match_attention(graph: Graph) -> Graph:
    """The graph with Attention for softmax(scale q k^T + mask) v.

    The scale may stand before the mask, at the product or at q; the mask may be absent. Nothing else may read what is
    between. k^T is turned back by a Transpose, which goes if another made it (``merge_shapes``).
    """
    work = Rewriting(graph)
    for op in work.ops():
        for made in _attention(op, work) or (op,):
            work.keep(made)
    return work.finish()


def _attention(op: Op, work: Rewriting) -> tuple[Op, ...] | None:
    """Two operators for the product with v: the Transpose of k^T, and the Attention."""
    if not isinstance(op.attributes, MatMul):
        return None
    rank = len(work.shape(op.output))
    softmax = _between(op.inputs[0], work, Softmax)
    if softmax is None or softmax.attributes != Softmax(rank - 1):
        return None
    scores = softmax.inputs[0]
    mask: tuple[str, ...] = ()
    masked = _between(scores, work, Add)
    if masked is not None and masked.attributes == Add(Activation.None_):
        found = _scores_and_mask(masked, work)
        if found is None:
            return None
        scores, mask = found
    product, scale = _scaled_product(scores, work)
    if product is None or len(work.shape(product.output)) != rank:
        return None
    q, more = _scaled(product.inputs[0], work)
    k, v = product.inputs[1], op.inputs[1]
    shapes = [work.shape(each) for each in (q, k, v)]
    if rank < 3 or any(len(shape) != rank or shape[:-2] != shapes[0][:-2] for shape in shapes):
        return None
    if mask and not _fits(work.shape(mask[0]), work.shape(product.output)):
        return None
    swap = (*range(rank - 2), rank - 1, rank - 2)
    straight = work.new_value(op.output, tuple(shapes[1][axis] for axis in swap))
    turned = replace(op, attributes=Transpose(swap), inputs=(k,), output=straight)
    attributes = Attention(scale * more, False)
    return turned, replace(op, attributes=attributes, inputs=(q, straight, v, *mask))


def _scores_and_mask(add: Op, work: Rewriting) -> tuple[str, tuple[str]] | None:
    for scores, mask in (add.inputs, add.inputs[::-1]):
        if _scaled_product(scores, work)[0] is not None and work.shape(scores) == work.shape(add.output):
            return scores, (mask,)
    return None


def _scaled_product(value: str, work: Rewriting) -> tuple[Op | None, float]:
    """The MatMul that a value is, times a number."""
    source, scale = _scaled(value, work)
    return _between(source, work, MatMul), scale


def _scaled(value: str, work: Rewriting) -> tuple[str, float]:
    """What the value is a multiple of, and the factor."""
    affine = _between(value, work, Affine)
    if affine is None or not isinstance(affine.attributes, Affine) or affine.attributes.shift != 0:
        return value, 1.0
    return affine.inputs[0], affine.attributes.scale


def _between(value: str, work: Rewriting, kind: type[Softmax | Add | MatMul | Affine]) -> Op | None:
    return work.producer(value, kind) if work.is_read_once(value) else None


def _fits(mask: tuple[int, ...], scores: tuple[int, ...]) -> bool:
    """Whether the mask broadcasts to the scores."""
    padded = (1,) * (len(scores) - len(mask)) + mask
    return len(mask) <= len(scores) and all(m in (1, s) for m, s in zip(padded, scores, strict=True))
