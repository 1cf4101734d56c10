#include "ops/op_rule.h"

#include <cmath>

namespace dcm {
namespace {

// In the order of the union OpAttributes; number 1 is first.
// clang-format off
constexpr const OpRule* kRules[kOpTypes] = {
    &kLinearRule,  // Linear
    &kConv2dRule,  // Conv2d
    &kMaxPool2dRule,  // MaxPool2d
    &kReluRule,  // Relu
    &kFlattenRule,  // Flatten
    &kAddRule,  // Add
    &kSoftmaxRule,  // Softmax
    &kConv1dRule,  // Conv1d
    &kConvTranspose2dRule,  // ConvTranspose2d
    &kAveragePool2dRule,  // AveragePool2d
    &kAdaptiveAveragePool2dRule,  // AdaptiveAveragePool2d
    &kAdaptiveMaxPool2dRule,  // AdaptiveMaxPool2d
    &kClampRule,  // Clamp
    &kLeakyReluRule,  // LeakyRelu
    &kPreluRule,  // Prelu
    &kHardSwishRule,  // HardSwish
    &kHardSigmoidRule,  // HardSigmoid
    &kSigmoidRule,  // Sigmoid
    &kTanhRule,  // Tanh
    &kSiluRule,  // Silu
    &kGeluRule,  // Gelu
    &kExpRule,  // Exp
    &kLogRule,  // Log
    &kSqrtRule,  // Sqrt
    &kAbsRule,  // Abs
    &kAffineRule,  // Affine
    &kPowerScalarRule,  // PowerScalar
    &kSubtractRule,  // Subtract
    &kMultiplyRule,  // Multiply
    &kDivideRule,  // Divide
    &kMinimumRule,  // Minimum
    &kMaximumRule,  // Maximum
    &kPowerRule,  // Power
    &kReduceRule,  // Reduce
    &kMatMulRule,  // MatMul
    &kAttentionRule,  // Attention
    &kLayerNormRule,  // LayerNorm
    &kGroupNormRule,  // GroupNorm
    &kChannelAffineRule,  // ChannelAffine
    &kLocalResponseNormRule,  // LocalResponseNorm
    &kConstantRule,  // Constant
    &kReshapeRule,  // Reshape
    &kTransposeRule,  // Transpose
    &kConcatRule,  // Concat
    &kSliceRule,  // Slice
    &kExpandRule,  // Expand
    &kPadRule,  // Pad
    &kResize2dRule,  // Resize2d
    &kEmbeddingRule,  // Embedding
    &kLstmRule,  // Lstm
    &kGruRule,  // Gru
};
// clang-format on
static_assert(fb::OpAttributes_MAX == kOpTypes, "the schema has an operator that has no rule");

}  // namespace

const OpRule* find_op_rule(uint32_t type) {
  return type >= 1 && type <= kOpTypes ? kRules[type - 1] : nullptr;
}

Status parse_activation(fb::Activation from, Op* op) {
  if (from > fb::Activation_Gelu)
    return Status::error(DCM_GRAPH_OPERATOR, "has activation %u: it needs a newer runtime", unsigned{from});
  op->activation = static_cast<Activation>(from);
  return {};
}

Status verify_axis(uint32_t axis, const Shape& input) {
  if (axis >= input.rank)
    return Status::error(DCM_GRAPH_ATTRIBUTE, "its axis is %u, but its input has shape %s", axis,
                         ShapeText(input).text);
  if (axis == 0 && input.batched)
    return Status::error(DCM_GRAPH_ATTRIBUTE, "its axis is 0, the batch, expected at least 1");
  return {};
}

Status verify_least_rank(const Shape& input, uint32_t least) {
  if (input.rank < least)
    return Status::error(DCM_GRAPH_SHAPE, "its input has shape %s, expected %u dimensions or more",
                         ShapeText(input).text, least);
  return {};
}

Status verify_finite(float value, const char* name) {
  if (!std::isfinite(value))
    return Status::error(DCM_GRAPH_ATTRIBUTE, "its %s is %g, expected a finite number", name, double{value});
  return {};
}

Status verify_epsilon(float epsilon) {
  if (!(epsilon >= 0.0f && std::isfinite(epsilon)))
    return Status::error(DCM_GRAPH_ATTRIBUTE, "its epsilon is %g, expected a finite number, 0 or more",
                         double{epsilon});
  return {};
}

Status verify_nchw(const Shape& input) {
  if (input.rank != 4)
    return Status::error(DCM_GRAPH_SHAPE, "its input has shape %s, expected 4 dimensions (NCHW)",
                         ShapeText(input).text);
  return {};
}

Status verify_vector(const Site& site, WeightRole role, uint32_t size) {
  const Weight* weight = site.weights[role];
  if (weight != nullptr && (weight->rank != 1 || weight->dims[0] != size))
    return Status::error(DCM_GRAPH_SHAPE, "its %s has shape %s, expected [%u]", weight_role_name(role),
                         ShapeText(weight->dims, weight->rank).text, size);
  return {};
}

const char* weight_role_name(WeightRole role) {
  constexpr const char* kNames[kWeightRoles] = {"weight", "bias", "recurrent", "recurrent_bias"};
  return kNames[role];
}

}  // namespace dcm
