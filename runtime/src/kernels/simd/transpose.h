// Squares of vectors with rows and columns exchanged: included below a header that defines Simd.
#pragma once

namespace dcm {
namespace {

// kLanes vectors. Number the elements row by row: taking even and odd elements apart moves the last bit of a number to
// its front, and half of its bits later rows are columns.
inline void transpose(Simd::Vector (&rows)[Simd::kLanes]) {
  constexpr uint32_t kLanes = Simd::kLanes, kBits = kLanes == 16 ? 4 : kLanes == 8 ? 3 : 2;
  static_assert(kLanes == 1u << kBits);
  DCM_UNROLL
  for (uint32_t bit = 0; bit < kBits; ++bit) {
    Simd::Vector taken[kLanes];
    DCM_UNROLL
    for (uint32_t i = 0; i < kLanes / 2; ++i) {
      taken[i] = Simd::even(rows[2 * i], rows[2 * i + 1]);
      taken[i + kLanes / 2] = Simd::odd(rows[2 * i], rows[2 * i + 1]);
    }
    DCM_UNROLL
    for (uint32_t i = 0; i < kLanes; ++i) rows[i] = taken[i];
  }
}

}  // namespace
}  // namespace dcm
