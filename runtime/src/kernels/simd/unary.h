// Operators of one element, and of an element and its channel, for any instruction set: included below a header that
// defines Simd.
#pragma once

#include "kernels/simd/maps.h"

namespace dcm {
namespace {

// A unit is one element.
uint64_t element_units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().elements() * batch;
}

Mapping mapping_of(const Op& op) {
  const OpAttributes& attributes = op.attributes;
  switch (op.type) {
    case OpType::kRelu:
      return mapping_of(Activation::kRelu);
    case OpType::kClamp:
      return {map<ClampTo>, {attributes.clamp.low, attributes.clamp.high}};
    case OpType::kLeakyRelu:
      return {map<Leaky>, {attributes.leaky_relu.slope}};
    case OpType::kHardSwish:
      return mapping_of(Activation::kHardSwish);
    case OpType::kHardSigmoid:
      return mapping_of(Activation::kHardSigmoid);
    case OpType::kSigmoid:
      return mapping_of(Activation::kSigmoid);
    case OpType::kTanh:
      return mapping_of(Activation::kTanh);
    case OpType::kSilu:
      return mapping_of(Activation::kSilu);
    case OpType::kGelu:
      return attributes.gelu.tanh_approximation ? Mapping{map<Plain<gelu_by_tanh_of>>} : mapping_of(Activation::kGelu);
    case OpType::kExp:
      return {map<Plain<exponential>>};
    case OpType::kSqrt:
      return {map<Plain<Simd::square_root>>};
    case OpType::kAbs:
      return {map<Plain<Simd::absolute>>};
    case OpType::kAffine:
      return {map<Affine>, {attributes.affine.scale, attributes.affine.shift}};
    case OpType::kPowerScalar:
      if (attributes.power_scalar.exponent == 2.0f) return {map<Plain<square_of>>};
      if (attributes.power_scalar.exponent == 0.5f) return {map<Plain<Simd::square_root>>};
      if (attributes.power_scalar.exponent == -0.5f) return {map<Plain<inverse_root_of>>};
      if (attributes.power_scalar.exponent == -1.0f) return {map<Plain<reciprocal_of>>};
      return {};
    default:
      return {};
  }
}

bool has_mapping(const Site& site) {
  return mapping_of(*site.op).map != nullptr;
}

void run_unary(const Call& call, uint64_t begin, uint64_t end, void*) {
  mapping_of (*call.site->op)(call.inputs[0] + begin, call.outputs[0] + begin, end - begin);
}

void run_prelu(const Call& call, uint64_t begin, uint64_t end, void*) {
  const float* slopes = call.site->dense(kWeight);
  const float* x = call.inputs[0];
  float* y = call.outputs[0];
  if (call.site->weight().elements() == 1) return map<Leaky>(x + begin, y + begin, end - begin, {slopes[0]});
  for_each_channel_run(call.site->output(), begin, end, [&](uint64_t channel, uint64_t run_begin, uint64_t run_end) {
    map<Leaky>(x + run_begin, y + run_begin, run_end - run_begin, {slopes[channel]});
  });
}

void run_channel_affine(const Call& call, uint64_t begin, uint64_t end, void*) {
  const float *weight = call.site->dense(kWeight), *bias = call.site->dense(kBias);
  const float* x = call.inputs[0];
  float* y = call.outputs[0];
  const Mapping activation = mapping_of(call.site->op->activation);
  for_each_channel_run(call.site->output(), begin, end, [&](uint64_t channel, uint64_t run_begin, uint64_t run_end) {
    const uint64_t count = run_end - run_begin;
    map<Affine>(x + run_begin, y + run_begin, count, {weight[channel], bias[channel]});
    if (activation.map != nullptr) activation(y + run_begin, y + run_begin, count);
  });
}

constexpr Kernel unary_kernel(const char* name, OpType type) {
  return {name, type, WeightForm::kNone, Simd::kIsa, has_mapping, nullptr, element_units, run_unary};
}
constexpr Kernel element_kernel(const char* name, OpType type, void (*run)(const Call&, uint64_t, uint64_t, void*)) {
  return {name, type, WeightForm::kNone, Simd::kIsa, nullptr, nullptr, element_units, run};
}

}  // namespace
}  // namespace dcm
