// The same elements under another shape.
#include <cinttypes>

#include "ops/op_rule.h"
#include "ops/stated_shape.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  return parse_sizes(from.attributes_as_Reshape()->shape(), &op->attributes.reshape);
}

Status infer(const Site& site, Op* op, Shape* output) {
  const Shape& input = site.input();
  DCM_TRY(stated_shape(op->attributes.reshape, input, output));
  if (output->elements() != input.elements())
    return Status::error(DCM_GRAPH_SHAPE, "makes shape %s, of %" PRIu64 " elements, of %s, which has %" PRIu64,
                         ShapeText(*output).text, output->elements(), ShapeText(input).text, input.elements());
  return {};
}

}  // namespace

const OpRule kReshapeRule = {"Reshape", {1, 1}, 1, {}, Makes::kInputView, parse, infer, nullptr};

}  // namespace dcm
