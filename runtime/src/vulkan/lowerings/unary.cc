// Functions of one element.
#include "vulkan/lowerings/lowerings.h"
#include "vulkan/shaders/push_constants.h"

namespace dcm::vulkan {
namespace {

// FUNCTION of unary.comp.
enum UnaryFunction : uint32_t {
  kRelu,
  kClamp,
  kLeakyRelu,
  kHardSwish,
  kHardSigmoid,
  kSigmoid,
  kTanh,
  kSilu,
  kGelu,
  kGeluByTanh,
  kExp,
  kLog,
  kSqrt,
  kAbs,
  kAffine,
  kPower,
  kSquare,
  kReciprocal,
  kReciprocalRoot,
};

constexpr uint32_t kEach = 4;  // EACH of unary.comp

UnaryFunction power_function(float exponent) {
  if (exponent == 2.0f) return kSquare;
  if (exponent == 0.5f) return kSqrt;
  if (exponent == -0.5f) return kReciprocalRoot;
  if (exponent == -1.0f) return kReciprocal;
  return kPower;
}

UnaryFunction function_of(const Op& op, float* p0, float* p1) {
  const OpAttributes& attributes = op.attributes;
  switch (op.type) {
    case OpType::kClamp:
      *p0 = attributes.clamp.low;
      *p1 = attributes.clamp.high;
      return kClamp;
    case OpType::kLeakyRelu:
      *p0 = attributes.leaky_relu.slope;
      return kLeakyRelu;
    case OpType::kHardSwish:
      return kHardSwish;
    case OpType::kHardSigmoid:
      return kHardSigmoid;
    case OpType::kSigmoid:
      return kSigmoid;
    case OpType::kTanh:
      return kTanh;
    case OpType::kSilu:
      return kSilu;
    case OpType::kGelu:
      return attributes.gelu.tanh_approximation ? kGeluByTanh : kGelu;
    case OpType::kExp:
      return kExp;
    case OpType::kLog:
      return kLog;
    case OpType::kSqrt:
      return kSqrt;
    case OpType::kAbs:
      return kAbs;
    case OpType::kAffine:
      *p0 = attributes.affine.scale;
      *p1 = attributes.affine.shift;
      return kAffine;
    case OpType::kPowerScalar:
      *p0 = attributes.power_scalar.exponent;
      return power_function(*p0);
    default:
      return kRelu;
  }
}

void lower(const Site& site, const Packed&, uint32_t samples, const Traits&, StepList& steps) {
  UnaryPush push = {};
  push.count = static_cast<uint32_t>(site.output().elements() * samples);
  Step step;
  step.shader = "unary";
  step.bindings[0] = output();
  step.bindings[1] = input(0);
  const uint32_t specialise[] = {kThreads, function_of(*site.op, &push.p0, &push.p1)};
  step.set_specialise(specialise);
  step.set_push(push);
  step.groups = divide_up(push.count, kThreads * kEach);
  steps.add(step);
}

constexpr Lowering lowering(OpType type) {
  return {type, nullptr, nullptr, lower};
}

}  // namespace

const Lowering kUnaryLowerings[] = {
    lowering(OpType::kRelu),      lowering(OpType::kClamp),       lowering(OpType::kLeakyRelu),
    lowering(OpType::kHardSwish), lowering(OpType::kHardSigmoid), lowering(OpType::kSigmoid),
    lowering(OpType::kTanh),      lowering(OpType::kSilu),        lowering(OpType::kGelu),
    lowering(OpType::kExp),       lowering(OpType::kLog),         lowering(OpType::kSqrt),
    lowering(OpType::kAbs),       lowering(OpType::kAffine),      lowering(OpType::kPowerScalar),
};
const uint32_t kUnaryLoweringCount = sizeof kUnaryLowerings / sizeof kUnaryLowerings[0];

}  // namespace dcm::vulkan
