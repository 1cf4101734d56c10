// a + b
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  return parse_activation(from.attributes_as_Add()->activation(), op);
}

Status infer(const OpShapes& shapes, Op*, Shape* output) {
  if (!(*shapes.inputs[0] == *shapes.inputs[1]))
    return Status::error(DCM_GRAPH_SHAPE, "its inputs have shapes %s and %s, expected one shape",
                         ShapeText(*shapes.inputs[0]).text, ShapeText(*shapes.inputs[1]).text);
  *output = *shapes.inputs[0];
  return {};
}

}  // namespace

const OpRule kAddRule = {"Add", 2, false, false, parse, infer, nullptr};

}  // namespace dcm
