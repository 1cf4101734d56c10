// Functions of one element.
#include "kernels/generic/activation.h"
#include "kernels/generic/generic_kernels.h"

namespace dcm {
namespace {

// A unit is one element.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().elements() * batch;
}

template <typename F>
void map(const Call& call, uint64_t begin, uint64_t end, F f) {
  const float* x = call.inputs[0];
  float* __restrict y = call.outputs[0];
  for (uint64_t i = begin; i < end; ++i) y[i] = f(x[i]);
}

template <float (*function)(float)>
void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  map(call, begin, end, [](float x) { return function(x); });
}

void run_clamp(const Call& call, uint64_t begin, uint64_t end, void*) {
  const ClampAttributes clamp = call.site->op->attributes.clamp;
  map(call, begin, end, [clamp](float x) { return x < clamp.low ? clamp.low : x > clamp.high ? clamp.high : x; });
}

void run_leaky_relu(const Call& call, uint64_t begin, uint64_t end, void*) {
  const float slope = call.site->op->attributes.leaky_relu.slope;
  map(call, begin, end, [slope](float x) { return x < 0.0f ? slope * x : x; });
}

// (1 + tanh(u)) / 2 is 1 / (1 + exp(-2 u)): one exponential, and no digits lost for negative x.
float gelu_by_tanh(float x) {
  constexpr float two_sqrt_two_over_pi = 1.59576912f;
  return x / (1.0f + std::exp(-two_sqrt_two_over_pi * (x + 0.044715f * x * x * x)));
}

void run_gelu(const Call& call, uint64_t begin, uint64_t end, void* scratch) {
  return (call.site->op->attributes.gelu.tanh_approximation ? run<gelu_by_tanh> : run<gelu>)(call, begin, end, scratch);
}

void run_affine(const Call& call, uint64_t begin, uint64_t end, void*) {
  const AffineAttributes affine = call.site->op->attributes.affine;
  map(call, begin, end, [affine](float x) { return affine.scale * x + affine.shift; });
}

// Networks square (variances, energies) and take roots (norms) far more often than anything else.
void run_power_scalar(const Call& call, uint64_t begin, uint64_t end, void*) {
  const float exponent = call.site->op->attributes.power_scalar.exponent;
  if (exponent == 2.0f) return map(call, begin, end, [](float x) { return x * x; });
  if (exponent == 0.5f) return map(call, begin, end, [](float x) { return std::sqrt(x); });
  if (exponent == -0.5f) return map(call, begin, end, [](float x) { return 1.0f / std::sqrt(x); });
  if (exponent == -1.0f) return map(call, begin, end, [](float x) { return 1.0f / x; });
  map(call, begin, end, [exponent](float x) { return std::pow(x, exponent); });
}

constexpr Kernel kernel(const char* name, OpType type, void (*run)(const Call&, uint64_t, uint64_t, void*)) {
  return {name, type, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};
}

}  // namespace

const Kernel kReluGeneric = kernel("relu_generic", OpType::kRelu, run<relu>);
const Kernel kClampGeneric = kernel("clamp_generic", OpType::kClamp, run_clamp);
const Kernel kLeakyReluGeneric = kernel("leaky_relu_generic", OpType::kLeakyRelu, run_leaky_relu);
const Kernel kHardSwishGeneric = kernel("hard_swish_generic", OpType::kHardSwish, run<hard_swish>);
const Kernel kHardSigmoidGeneric = kernel("hard_sigmoid_generic", OpType::kHardSigmoid, run<hard_sigmoid>);
const Kernel kSigmoidGeneric = kernel("sigmoid_generic", OpType::kSigmoid, run<sigmoid>);
const Kernel kTanhGeneric = kernel("tanh_generic", OpType::kTanh, run<std::tanh>);
const Kernel kSiluGeneric = kernel("silu_generic", OpType::kSilu, run<silu>);
const Kernel kGeluGeneric = kernel("gelu_generic", OpType::kGelu, run_gelu);
const Kernel kExpGeneric = kernel("exp_generic", OpType::kExp, run<std::exp>);
const Kernel kLogGeneric = kernel("log_generic", OpType::kLog, run<std::log>);
const Kernel kSqrtGeneric = kernel("sqrt_generic", OpType::kSqrt, run<std::sqrt>);
const Kernel kAbsGeneric = kernel("abs_generic", OpType::kAbs, run<std::fabs>);
const Kernel kAffineGeneric = kernel("affine_generic", OpType::kAffine, run_affine);
const Kernel kPowerScalarGeneric = kernel("power_scalar_generic", OpType::kPowerScalar, run_power_scalar);

}  // namespace dcm
