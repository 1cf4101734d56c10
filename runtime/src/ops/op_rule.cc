#include "ops/op_rule.h"

namespace dcm {
namespace {

// In the order of the union OpAttributes; number 1 is first.
constexpr const OpRule* kRules[kOpTypes] = {&kLinearRule,  &kConv2dRule, &kMaxPool2dRule, &kReluRule,
                                            &kFlattenRule, &kAddRule,    &kSoftmaxRule};
static_assert(fb::OpAttributes_MAX == kOpTypes, "the schema has an operator that has no rule");

}  // namespace

const OpRule* find_op_rule(uint32_t type) {
  return type >= 1 && type <= kOpTypes ? kRules[type - 1] : nullptr;
}

Status parse_activation(fb::Activation from, Op* op) {
  if (from != fb::Activation_None && from != fb::Activation_Relu)
    return Status::error(DCM_GRAPH_OPERATOR, "has activation %u: it needs a newer runtime", unsigned{from});
  op->activation = from == fb::Activation_Relu ? Activation::kRelu : Activation::kNone;
  return {};
}

Status verify_bias(const Weight* bias, uint32_t outputs) {
  if (bias == nullptr) return {};
  if (bias->form != WeightForm::kDense)
    return Status::error(DCM_GRAPH_REFERENCE, "its bias is a %s weight, expected a dense one",
                         weight_form_name(bias->form));
  if (bias->rank != 1 || bias->dims[0] != outputs)
    return Status::error(DCM_GRAPH_SHAPE, "its bias has shape %s, expected [%u]",
                         ShapeText(bias->dims, bias->rank).text, outputs);
  return {};
}

}  // namespace dcm
