// Axes of size 1 repeated.
#include "ops/op_rule.h"
#include "ops/stated_shape.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  return parse_sizes(from.attributes_as_Expand()->shape(), &op->attributes.expand);
}

Status infer(const Site& site, Op* op, Shape* output) {
  const Shape& input = site.input();
  DCM_TRY(stated_shape(op->attributes.expand, input, output));
  bool fits = output->rank == input.rank;
  for (uint32_t i = 0; fits && i < input.rank; ++i) fits = input.dims[i] == output->dims[i] || input.dims[i] == 1;
  if (!fits)
    return Status::error(DCM_GRAPH_SHAPE, "expands shape %s to %s; only axes of size 1 may grow", ShapeText(input).text,
                         ShapeText(*output).text);
  return {};
}

}  // namespace

const OpRule kExpandRule = {"Expand", {1, 1}, 1, {}, Makes::kNew, parse, infer, nullptr};

}  // namespace dcm
