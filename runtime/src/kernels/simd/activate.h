// Fused activations by instruction set.
#pragma once

#include "kernels/generic/activation.h"
#include "kernels/isa.h"

namespace dcm {

// x[i] = activation(x[i]), by vectors of the instruction set.
template <Isa isa>
void activate(Activation activation, float* x, uint64_t count);

template <>
inline void activate<Isa::kGeneric>(Activation activation, float* x, uint64_t count) {
  activate(activation, x, count);
}
template <>
void activate<Isa::kAvx2>(Activation activation, float* x, uint64_t count);
template <>
void activate<Isa::kAvx512>(Activation activation, float* x, uint64_t count);
template <>
void activate<Isa::kNeon>(Activation activation, float* x, uint64_t count);

}  // namespace dcm
