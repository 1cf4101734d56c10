// Neighbouring axes become one.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const fb::Flatten& attributes = *from.attributes_as_Flatten();
  op->attributes.flatten = {attributes.first_axis(), attributes.last_axis()};
  if (op->attributes.flatten.first_axis < 1 || op->attributes.flatten.first_axis > op->attributes.flatten.last_axis)
    return Status::error(DCM_GRAPH_ATTRIBUTE, "flattens axes %u to %u, expected 1 <= first <= last",
                         op->attributes.flatten.first_axis, op->attributes.flatten.last_axis);
  return {};
}

Status infer(const Site& site, Op* op, Shape* output) {
  const Shape& input = site.input();
  const uint32_t first = op->attributes.flatten.first_axis, last = op->attributes.flatten.last_axis;
  if (last >= input.rank)
    return Status::error(DCM_GRAPH_ATTRIBUTE, "flattens axes %u to %u of an input of shape %s", first, last,
                         ShapeText(input).text);
  *output = Shape{};
  for (uint32_t i = 0; i <= first; ++i) output->dims[output->rank++] = input.dims[i];
  output->dims[first] = static_cast<uint32_t>(input.product(first, last + 1));
  for (uint32_t i = last + 1; i < input.rank; ++i) output->dims[output->rank++] = input.dims[i];
  return {};
}

}  // namespace

const OpRule kFlattenRule = {"Flatten", {1, 1}, 1, {}, Makes::kInputView, parse, infer, nullptr};

}  // namespace dcm
