// A dense weight as a value.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  op->weights[kWeight] = from.attributes_as_Constant()->weight();
  return {};
}

Status infer(const Site& site, Op*, Shape* output) {
  output->rank = site.weight().rank;
  for (uint32_t i = 0; i < output->rank; ++i) output->dims[i] = site.weight().dims[i];
  return {};
}

}  // namespace

const OpRule kConstantRule = {"Constant", {0, 0}, 1, {WeightUse::kDense}, Makes::kWeightView, parse, infer, nullptr};

}  // namespace dcm
