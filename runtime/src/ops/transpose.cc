// Axes in another order.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const auto* permutation = from.attributes_as_Transpose()->permutation();
  TransposeAttributes& transpose = op->attributes.transpose = {};
  if (vector_size(permutation) > kMaxRank)
    return Status::error(DCM_GRAPH_ATTRIBUTE, "permutes %u axes, expected at most %u", vector_size(permutation),
                         kMaxRank);
  transpose.count = vector_size(permutation);
  bool seen[kMaxRank] = {};
  for (uint32_t i = 0; i < transpose.count; ++i) {
    const uint32_t axis = permutation->Get(i);
    if (axis >= transpose.count || seen[axis])
      return Status::error(DCM_GRAPH_ATTRIBUTE, "its permutation of %u axes names axis %u%s", transpose.count, axis,
                           axis >= transpose.count ? "" : " twice");
    seen[axis] = true;
    transpose.permutation[i] = static_cast<uint8_t>(axis);
  }
  return {};
}

Status infer(const Site& site, Op* op, Shape* output) {
  const Shape& input = site.input();
  const TransposeAttributes& transpose = op->attributes.transpose;
  if (transpose.count != input.rank)
    return Status::error(DCM_GRAPH_ATTRIBUTE, "permutes %u axes, but its input has shape %s", transpose.count,
                         ShapeText(input).text);
  if (input.batched && transpose.permutation[0] != 0)
    return Status::error(DCM_GRAPH_ATTRIBUTE, "moves axis %u to the place of the batch", transpose.permutation[0]);
  output->rank = input.rank;
  for (uint32_t i = 0; i < input.rank; ++i) output->dims[i] = input.dims[transpose.permutation[i]];
  return {};
}

}  // namespace

const OpRule kTransposeRule = {"Transpose", {1, 1}, 1, {}, Makes::kNew, parse, infer, nullptr};

}  // namespace dcm
