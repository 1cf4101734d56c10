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

// Whether what the site makes, with no activation, goes to an Add that can be fused: its own activation is a clamp.
inline bool adds_and_clamps(const Site& site, const Op& next) {
  return next.type == OpType::kAdd && site.op->activation == Activation::kNone && is_clamp(next.activation);
}

}  // namespace
}  // namespace dcm
