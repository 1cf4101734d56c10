// exp(x - max) / sum(exp(x - max)) along one axis.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  op->softmax.axis = from.attributes_as_Softmax()->axis();
  if (op->softmax.axis < 1) return Status::error(DCM_GRAPH_ATTRIBUTE, "its axis is 0, expected at least 1");
  return {};
}

Status infer(const OpShapes& shapes, Op* op, Shape* output) {
  const Shape& input = *shapes.inputs[0];
  if (op->softmax.axis >= input.rank)
    return Status::error(DCM_GRAPH_ATTRIBUTE, "its axis is %u, but its input has shape %s", op->softmax.axis,
                         ShapeText(input).text);
  *output = input;
  return {};
}

}  // namespace

const OpRule kSoftmaxRule = {"Softmax", 1, false, false, parse, infer, nullptr};

}  // namespace dcm
