// Exponentials that add up to a known sum, for any instruction set: included below a header that defines Simd.
#pragma once

#include "kernels/simd/exponential.h"
#include "kernels/simd/sums.h"
#include "kernels/simd/vectors.h"

namespace dcm {
namespace {

// NaN if one of them is. At least one element.
inline float largest_of(const float* x, uint64_t count) {
  const Simd::Vector none = Simd::spread(-__builtin_inff());
  Simd::Vector largest = none;
  uint64_t i = 0;
  for (; i + Simd::kLanes <= count; i += Simd::kLanes) largest = Simd::larger(largest, Simd::load(x + i));
  float lanes[Simd::kLanes];
  Simd::store(lanes, largest);
  float result = lanes[0];
  const auto add = [&result](float value) { result = value > result || value != value ? value : result; };
  for (uint32_t lane = 1; lane < Simd::kLanes; ++lane) add(lanes[lane]);
  for (; i < count; ++i) add(x[i]);
  return result;
}

// y[i] = exp(x[i] - largest); returns what makes their sum 1. y may be x.
inline float exponentials(const float* x, uint64_t count, float largest, float* y) {
  const Simd::Vector taken = Simd::spread(largest);
  for_each_vector(count, [&](auto load, auto store) { store(y, exponential(Simd::subtract(load(x), taken))); });
  return static_cast<float>(1.0 / sum_of(y, count));
}

}  // namespace
}  // namespace dcm
