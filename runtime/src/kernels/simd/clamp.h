// Activations that are done in registers: included below a header that defines Simd.
#pragma once

namespace dcm {
namespace {

inline float infinity() {
  return __builtin_inff();
}

// What an activation is in registers: a clamp, or none, with the rest to be done on the results.
struct Clamp {
  Simd::Vector low, high;
};
inline Clamp clamp_of(Activation activation) {
  const bool clamps = activation == Activation::kRelu || activation == Activation::kRelu6;
  return {Simd::spread(clamps ? 0.0f : -infinity()),
          Simd::spread(activation == Activation::kRelu6 ? 6.0f : infinity())};
}
inline bool is_clamp(Activation activation) {
  return activation == Activation::kNone || activation == Activation::kRelu || activation == Activation::kRelu6;
}

}  // namespace
}  // namespace dcm
