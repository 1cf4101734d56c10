// Sums of many elements for any instruction set: included below a header that defines Simd.
#pragma once

namespace dcm {
namespace {

// The sum of f(x[i]), each f in single and the sum in double precision. f of a vector.
template <typename F>
inline double sum_of(const float* x, uint64_t count, F&& f) {
  Simd::Sums sums[2] = {Simd::no_sums(), Simd::no_sums()};  // two, since one waits for itself
  uint64_t i = 0;
  for (; i + 2 * Simd::kLanes <= count; i += 2 * Simd::kLanes)
    for (uint32_t k = 0; k < 2; ++k) sums[k] = Simd::add(sums[k], f(Simd::load(x + i + k * Simd::kLanes)));
  for (; i + Simd::kLanes <= count; i += Simd::kLanes) sums[0] = Simd::add(sums[0], f(Simd::load(x + i)));
  const uint32_t left = static_cast<uint32_t>(count - i);
  if (left > 0) sums[1] = Simd::add(sums[1], Simd::keep_first(f(Simd::load_first(x + i, left)), left));
  return Simd::total(sums[0]) + Simd::total(sums[1]);
}

struct Itself {
  Simd::Vector operator()(Simd::Vector v) const { return v; }
};
inline double sum_of(const float* x, uint64_t count) {
  return sum_of(x, count, Itself());
}

}  // namespace
}  // namespace dcm
