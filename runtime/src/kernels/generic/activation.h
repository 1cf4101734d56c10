// Activations that kernels fuse.
#pragma once

#include <cstdint>

#include "graph/graph.h"

namespace dcm {

// max(x, 0); a NaN stays one.
inline float relu(float x) {
  return x < 0.0f ? 0.0f : x;
}

inline float activate(Activation activation, float x) {
  return activation == Activation::kRelu ? relu(x) : x;
}

inline void activate(Activation activation, float* x, uint64_t count) {
  if (activation == Activation::kRelu)
    for (uint64_t i = 0; i < count; ++i) x[i] = relu(x[i]);
}

}  // namespace dcm
