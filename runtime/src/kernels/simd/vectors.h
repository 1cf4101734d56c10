// Walks over elements by vectors, for any instruction set: included below a header that defines Simd.
#pragma once

namespace dcm {
namespace {

// Calls f(load, store) for vectors of count elements, the last one perhaps of fewer: load(p) gives elements from
// p + i on and store(p, v) takes them.
template <typename F>
inline void for_each_vector(uint64_t count, F&& f) {
  uint64_t i = 0;
  for (; i + Simd::kLanes <= count; i += Simd::kLanes)
    f([i](const float* p) { return Simd::load(p + i); }, [i](float* p, Simd::Vector v) { Simd::store(p + i, v); });
  const uint32_t left = static_cast<uint32_t>(count - i);
  if (left > 0)
    f([i, left](const float* p) { return Simd::load_first(p + i, left); },
      [i, left](float* p, Simd::Vector v) { Simd::store_first(p + i, v, left); });
}

}  // namespace
}  // namespace dcm
