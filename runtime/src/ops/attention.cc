// softmax(scale q k^T + mask) v (Vaswani et al., Attention Is All You Need, 2017, section 3.2.1).
#include <algorithm>
#include <cmath>

#include "ops/broadcast.h"
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  AttentionAttributes& attention = op->attributes.attention;
  attention.scale = from.attributes_as_Attention()->scale();
  attention.causal = from.attributes_as_Attention()->causal();
  if (!std::isfinite(attention.scale))
    return Status::error(DCM_GRAPH_ATTRIBUTE, "its scale is %g, expected a finite number", double{attention.scale});
  return {};
}

// Whether both have the same axes before the last two, the batch among them.
bool same_leading_axes(const Shape& a, const Shape& b) {
  return a.rank == b.rank && a.batched == b.batched && std::equal(a.dims, a.dims + a.rank - 2, b.dims);
}

Status infer(const Site& site, Op*, Shape* output) {
  const Shape &q = site.input(0), &k = site.input(1), &v = site.input(2);
  for (const Shape* operand : {&q, &k, &v})
    if (operand->rank < 3)
      return Status::error(DCM_GRAPH_SHAPE, "one of its inputs has shape %s, expected 3 dimensions or more",
                           ShapeText(*operand).text);
  const uint32_t tokens = q.rank - 2, features = q.rank - 1;
  if (!same_leading_axes(q, k) || !same_leading_axes(q, v) || q.dims[features] != k.dims[features] ||
      k.dims[tokens] != v.dims[tokens])
    return Status::error(DCM_GRAPH_SHAPE,
                         "q, k and v have shapes %s, %s and %s, expected [..., L, E], [..., S, E] and [..., S, F] that "
                         "begin alike",
                         ShapeText(q).text, ShapeText(k).text, ShapeText(v).text);
  *output = q;
  output->dims[features] = v.dims[features];
  if (site.inputs() == 3) return {};

  const Shape& mask = site.input(3);
  Shape scores = q, both;
  scores.dims[features] = k.dims[tokens];
  if (!broadcast(scores, mask, &both).ok() || !(both == scores))
    return Status::error(DCM_GRAPH_SHAPE, "its mask has shape %s, expected one that broadcasts to the scores' shape %s",
                         ShapeText(mask).text, ShapeText(scores).text);
  return {};
}

// Of the keys that each query sees.
uint64_t macs(const Site& site) {
  const Shape &q = site.input(0), &v = site.input(2);
  const uint64_t queries = q.dims[q.rank - 2], keys = v.dims[v.rank - 2];
  uint64_t pairs = queries * keys;
  if (site.op->attributes.attention.causal) {
    const uint64_t ramp = std::min(queries, keys);  // queries that see one key more than the one before
    pairs = ramp * (ramp + 1) / 2 + (queries - ramp) * keys;
  }
  return q.product(0, q.rank - 2) * pairs * (uint64_t{q.dims[q.rank - 1]} + v.dims[v.rank - 1]);
}

}  // namespace

const OpRule kAttentionRule = {"Attention", {3, 4}, 1, {}, Makes::kNew, parse, infer, macs};

}  // namespace dcm
