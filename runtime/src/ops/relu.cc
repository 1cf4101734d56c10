// max(x, 0)
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op&, Op*) {
  return {};
}

Status infer(const OpShapes& shapes, Op*, Shape* output) {
  *output = *shapes.inputs[0];
  return {};
}

}  // namespace

const OpRule kReluRule = {"Relu", 1, false, false, parse, infer, nullptr};

}  // namespace dcm
