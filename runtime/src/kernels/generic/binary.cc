// Functions of two elements, broadcast against each other.
#include <algorithm>

#include "kernels/generic/activation.h"
#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/operand_pair.h"

namespace dcm {
namespace {

// A NaN stays one in all of these.

inline float sum(float a, float b) {
  return a + b;
}
inline float difference(float a, float b) {
  return a - b;
}
inline float product(float a, float b) {
  return a * b;
}
inline float quotient(float a, float b) {
  return a / b;
}
inline float smaller(float a, float b) {
  return a < b || a != a ? a : b;
}
inline float larger(float a, float b) {
  return a > b || a != a ? a : b;
}

// A unit is one element.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().elements() * batch;
}

constexpr uint64_t kBlock = 4096;  // elements that are still in the first cache when the activation comes to them

template <float (*function)(float, float)>
void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Site& site = *call.site;
  const OperandPair pair(site.input(0), site.input(1), site.output(), call.batch);
  const auto combine = [&call](float* __restrict y, uint64_t a_position, bool a_moves, uint64_t b_position,
                               bool b_moves, uint64_t count) {
    const float *a = call.inputs[0] + a_position, *b = call.inputs[1] + b_position;
    if (a_moves && b_moves) {
      for (uint64_t i = 0; i < count; ++i) y[i] = function(a[i], b[i]);
    } else if (a_moves) {
      const float only = *b;
      for (uint64_t i = 0; i < count; ++i) y[i] = function(a[i], only);
    } else {
      const float only = *a;
      for (uint64_t i = 0; i < count; ++i) y[i] = function(only, b[i]);
    }
  };
  for (uint64_t block = begin; block < end; block += kBlock) {
    const uint64_t block_end = std::min(block + kBlock, end);
    float* y = call.outputs[0] + block;
    pair.for_each_run(block, block_end, [&](uint64_t a, bool a_moves, uint64_t b, bool b_moves, uint64_t count) {
      combine(y, a, a_moves, b, b_moves, count);
      y += count;
    });
    activate(site.op->activation, call.outputs[0] + block, block_end - block);
  }
}

constexpr Kernel kernel(const char* name, OpType type, void (*run)(const Call&, uint64_t, uint64_t, void*)) {
  return {name, type, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};
}

}  // namespace

const Kernel kAddGeneric = kernel("add_generic", OpType::kAdd, run<sum>);
const Kernel kSubtractGeneric = kernel("subtract_generic", OpType::kSubtract, run<difference>);
const Kernel kMultiplyGeneric = kernel("multiply_generic", OpType::kMultiply, run<product>);
const Kernel kDivideGeneric = kernel("divide_generic", OpType::kDivide, run<quotient>);
const Kernel kMinimumGeneric = kernel("minimum_generic", OpType::kMinimum, run<smaller>);
const Kernel kMaximumGeneric = kernel("maximum_generic", OpType::kMaximum, run<larger>);
const Kernel kPowerGeneric = kernel("power_generic", OpType::kPower, run<std::pow>);

}  // namespace dcm
