#include "core/crc32c.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace dcm {
namespace {

uint32_t bitwise(const std::vector<uint8_t>& data, size_t begin) {
  uint32_t crc = 0xFFFFFFFFu;
  for (size_t i = begin; i < data.size(); ++i) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0x82F63B78u : 0u);
  }
  return ~crc;
}

// RFC 3720, B.4, and the check value of docs/format.md.
TEST(Crc32c, KnownVectors) {
  uint8_t zeros[32] = {}, ones[32], up[32], down[32];
  for (uint8_t i = 0; i < 32; ++i) {
    ones[i] = 0xFF;
    up[i] = i;
    down[i] = static_cast<uint8_t>(31 - i);
  }
  for (const auto crc : {crc32c, crc32c_portable}) {
    EXPECT_EQ(crc("123456789", 9), 0xE3069283u);
    EXPECT_EQ(crc(nullptr, 0), 0u);
    EXPECT_EQ(crc(zeros, 32), 0x8A9136AAu);
    EXPECT_EQ(crc(ones, 32), 0x62A8AB43u);
    EXPECT_EQ(crc(up, 32), 0x46DD794Eu);
    EXPECT_EQ(crc(down, 32), 0x113FDB5Cu);
  }
}

TEST(Crc32c, BothWaysEqualOneBitAtATime) {
  std::mt19937 random(1);
  std::vector<uint8_t> data;
  for (size_t size = 0; size < 200; ++size) {
    for (size_t begin = 0; begin < std::min<size_t>(size, 9); ++begin) {
      const uint32_t expected = bitwise(data, begin);
      ASSERT_EQ(crc32c(data.data() + begin, size - begin), expected) << size << " from " << begin;
      ASSERT_EQ(crc32c_portable(data.data() + begin, size - begin), expected) << size << " from " << begin;
    }
    data.push_back(static_cast<uint8_t>(random()));
  }
}

}  // namespace
}  // namespace dcm
