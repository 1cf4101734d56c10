#include "core/float16.h"

#include <gtest/gtest.h>

#include <cmath>

namespace dcm {
namespace {

// IEEE 754-2019, 3.4, for all 65,536 values.
TEST(Float16, EveryValue) {
  for (uint32_t half = 0; half < 65536; ++half) {
    const int sign = half >> 15 != 0 ? -1 : 1, exponent = static_cast<int>(half >> 10 & 31),
              fraction = static_cast<int>(half & 1023);
    const float value = float_from_half(static_cast<uint16_t>(half));
    if (exponent == 31 && fraction != 0) {
      EXPECT_TRUE(std::isnan(value)) << half;
      continue;
    }
    double expected = exponent == 31  ? INFINITY
                      : exponent == 0 ? std::ldexp(fraction, -24)
                                      : std::ldexp(1024 + fraction, exponent - 25);
    expected *= sign;
    ASSERT_EQ(static_cast<double>(value), expected) << half;
    ASSERT_EQ(std::signbit(value), sign < 0) << half;
  }
}

}  // namespace
}  // namespace dcm
