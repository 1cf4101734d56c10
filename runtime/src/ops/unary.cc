// Functions of one element.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse_nothing(const fb::Op&, Op*) {
  return {};
}

Status parse_clamp(const fb::Op& from, Op* op) {
  const fb::Clamp& attributes = *from.attributes_as_Clamp();
  op->attributes.clamp = {attributes.low(), attributes.high()};
  if (!(attributes.low() <= attributes.high()))  // nor is NaN
    return Status::error(DCM_GRAPH_ATTRIBUTE, "its low is %g and its high %g, expected low at most high",
                         double{attributes.low()}, double{attributes.high()});
  return {};
}

Status parse_leaky_relu(const fb::Op& from, Op* op) {
  op->attributes.leaky_relu.slope = from.attributes_as_LeakyRelu()->slope();
  return verify_finite(op->attributes.leaky_relu.slope, "slope");
}

Status parse_gelu(const fb::Op& from, Op* op) {
  op->attributes.gelu.tanh_approximation = from.attributes_as_Gelu()->tanh_approximation();
  return {};
}

Status parse_affine(const fb::Op& from, Op* op) {
  const fb::Affine& attributes = *from.attributes_as_Affine();
  op->attributes.affine = {attributes.scale(), attributes.shift()};
  DCM_TRY(verify_finite(attributes.scale(), "scale"));
  return verify_finite(attributes.shift(), "shift");
}

Status parse_power_scalar(const fb::Op& from, Op* op) {
  op->attributes.power_scalar.exponent = from.attributes_as_PowerScalar()->exponent();
  return verify_finite(op->attributes.power_scalar.exponent, "exponent");
}

Status infer(const Site& site, Op*, Shape* output) {
  *output = site.input();
  return {};
}

constexpr OpRule rule(const char* type, Status (*parse)(const fb::Op&, Op*) = parse_nothing) {
  return {type, {1, 1}, 1, {}, Makes::kNew, parse, infer, nullptr};
}

}  // namespace

const OpRule kReluRule = rule("Relu");
const OpRule kClampRule = rule("Clamp", parse_clamp);
const OpRule kLeakyReluRule = rule("LeakyRelu", parse_leaky_relu);
const OpRule kHardSwishRule = rule("HardSwish");
const OpRule kHardSigmoidRule = rule("HardSigmoid");
const OpRule kSigmoidRule = rule("Sigmoid");
const OpRule kTanhRule = rule("Tanh");
const OpRule kSiluRule = rule("Silu");
const OpRule kGeluRule = rule("Gelu", parse_gelu);
const OpRule kExpRule = rule("Exp");
const OpRule kLogRule = rule("Log");
const OpRule kSqrtRule = rule("Sqrt");
const OpRule kAbsRule = rule("Abs");
const OpRule kAffineRule = rule("Affine", parse_affine);
const OpRule kPowerScalarRule = rule("PowerScalar", parse_power_scalar);

}  // namespace dcm
