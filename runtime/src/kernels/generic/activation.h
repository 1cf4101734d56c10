// Activations that kernels fuse, and the functions they share with the operators of the same names.
#pragma once

#include <cmath>
#include <cstdint>

#include "graph/graph.h"

namespace dcm {

// A NaN stays one in all of these.

inline float relu(float x) {
  return x < 0.0f ? 0.0f : x;
}
// min(max(x, 0), 6)
inline float relu6(float x) {
  return x < 0.0f ? 0.0f : x > 6.0f ? 6.0f : x;
}
inline float hard_sigmoid(float x) {
  return relu6(x + 3.0f) / 6.0f;
}
inline float hard_swish(float x) {
  return x * relu6(x + 3.0f) / 6.0f;
}
inline float sigmoid(float x) {
  return 1.0f / (1.0f + std::exp(-x));  // exp may be infinite, which gives 0
}
inline float silu(float x) {
  return x / (1.0f + std::exp(-x));
}
// x times the normal distribution function. erfc keeps the digits that 1 + erf would lose for negative x.
inline float gelu(float x) {
  return 0.5f * x * std::erfc(x * -0.70710678f);
}

// x[i] = activation(x[i])
void activate(Activation activation, float* x, uint64_t count);

}  // namespace dcm
