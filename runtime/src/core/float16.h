// IEEE 754 binary16 to binary32.
#pragma once

#include <cstdint>

#include "core/bits.h"

namespace dcm {

// Exact: every binary16 value, subnormals, infinities and NaNs included, has a binary32 twin.
inline float float_from_half(uint16_t half) {
  const uint32_t sign = (half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 0x1Fu;
  const uint32_t fraction = half & 0x3FFu;
  if (exponent == 0) {  // zero or subnormal
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return sign == 0 ? magnitude : -magnitude;
  }
  if (exponent == 31) return float_from_bits(sign | 0x7F800000u | fraction << 13);
  return float_from_bits(sign | (exponent + 112) << 23 | fraction << 13);
}

}  // namespace dcm
