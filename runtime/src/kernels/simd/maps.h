// Functions of one element for any instruction set: included below a header that defines Simd.
#pragma once

#include "kernels/simd/exponential.h"

namespace dcm {
namespace {

struct Constants {
  float a = 0.0f, b = 0.0f;
};

// y[i] = f(x[i]). Every element goes through the same instructions wherever it lies, so results do not depend on where
// threads begin. y may be x.
using Map = void (*)(const float* x, float* y, uint64_t count, Constants constants);

template <typename F>
void map(const float* x, float* y, uint64_t count, Constants constants) {
  const F f(constants);
  uint64_t i = 0;
  for (; i + Simd::kLanes <= count; i += Simd::kLanes) Simd::store(y + i, f(Simd::load(x + i)));
  const uint32_t left = static_cast<uint32_t>(count - i);
  if (left > 0) Simd::store_first(y + i, f(Simd::load_first(x + i, left)), left);
}

template <Simd::Vector (*function)(Simd::Vector)>
struct Plain {
  explicit Plain(Constants) {}
  Simd::Vector operator()(Simd::Vector x) const { return function(x); }
};

struct ClampTo {
  explicit ClampTo(Constants c) : low(Simd::spread(c.a)), high(Simd::spread(c.b)) {}
  Simd::Vector operator()(Simd::Vector x) const { return Simd::clamp(x, low, high); }
  Simd::Vector low, high;
};

struct Affine {
  explicit Affine(Constants c) : scale(Simd::spread(c.a)), shift(Simd::spread(c.b)) {}
  Simd::Vector operator()(Simd::Vector x) const { return Simd::multiply_add(x, scale, shift); }
  Simd::Vector scale, shift;
};

struct Leaky {
  explicit Leaky(Constants c) : slope(Simd::spread(c.a)) {}
  Simd::Vector operator()(Simd::Vector x) const {
    return Simd::select(Simd::less(x, Simd::spread(0.0f)), Simd::multiply(x, slope), x);
  }
  Simd::Vector slope;
};

inline Simd::Vector hard_sigmoid_of(Simd::Vector x) {
  const Simd::Vector zero = Simd::spread(0.0f), six = Simd::spread(6.0f);
  // 6 times the float nearest to 1 / 6 is 1.
  return Simd::multiply(Simd::clamp(Simd::add(x, Simd::spread(3.0f)), zero, six), Simd::spread(1.0f / 6.0f));
}
inline Simd::Vector hard_swish_of(Simd::Vector x) {
  return Simd::multiply(x, hard_sigmoid_of(x));
}
inline Simd::Vector square_of(Simd::Vector x) {
  return Simd::multiply(x, x);
}
inline Simd::Vector reciprocal_of(Simd::Vector x) {
  return Simd::divide(Simd::spread(1.0f), x);
}
inline Simd::Vector inverse_root_of(Simd::Vector x) {
  return reciprocal_of(Simd::square_root(x));
}

// A function with its constants; map is null for a function that is not here.
struct Mapping {
  Map map = nullptr;
  Constants constants = {};

  void operator()(const float* x, float* y, uint64_t count) const { map(x, y, count, constants); }
};

inline Mapping mapping_of(Activation activation) {
  switch (activation) {
    case Activation::kNone:
      break;
    case Activation::kRelu:
      return {map<ClampTo>, {0.0f, __builtin_inff()}};
    case Activation::kRelu6:
      return {map<ClampTo>, {0.0f, 6.0f}};
    case Activation::kHardSwish:
      return {map<Plain<hard_swish_of>>};
    case Activation::kHardSigmoid:
      return {map<Plain<hard_sigmoid_of>>};
    case Activation::kSigmoid:
      return {map<Plain<sigmoid_of>>};
    case Activation::kTanh:
      return {map<Plain<tanh_of>>};
    case Activation::kSilu:
      return {map<Plain<silu_of>>};
    case Activation::kGelu:
      return {map<Plain<gelu_of>>};
  }
  return {};
}

}  // namespace
}  // namespace dcm
