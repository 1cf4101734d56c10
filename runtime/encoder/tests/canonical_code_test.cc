#include "encoder/canonical_code.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "encoder/stream_writer.h"

namespace dcm::encoder {
namespace {

TEST(CanonicalCode, TheExampleOfRfc1951) {
  // ABCDEFGH with lengths 3 3 3 3 3 2 4 4: 010 011 100 101 110 00 1110 1111 (RFC 1951, 3.2.2), here with the first bit
  // in bit 0.
  const CanonicalCode code = canonical_code({3, 3, 3, 3, 3, 2, 4, 4});
  const uint16_t expected[] = {0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111};
  for (size_t symbol = 0; symbol < 8; ++symbol) EXPECT_EQ(code.words[symbol], expected[symbol]) << symbol;
  EXPECT_FALSE(code.lone);
}

TEST(CanonicalCode, LoneSymbolTakesNoBits) {
  const CanonicalCode code = canonical_code({0, 1});
  EXPECT_TRUE(code.lone);
  EXPECT_EQ(coded_bits(code, {0, 100}), 0u);
}

TEST(CanonicalCode, RefusesCodesThatAreNotComplete) {
  EXPECT_THROW(canonical_code({1, 1, 1}), std::invalid_argument);
  EXPECT_THROW(canonical_code({2, 2, 2}), std::invalid_argument);
  EXPECT_THROW(canonical_code({2}), std::invalid_argument);
  EXPECT_THROW(canonical_code({12}), std::invalid_argument);
  EXPECT_THROW(canonical_code(std::vector<uint8_t>(257, 8)), std::invalid_argument);
  EXPECT_NO_THROW(canonical_code({0, 0}));
}

TEST(StreamWriter, BitsOfTheDocument) {
  // Lengths 1 2 3 3: words 0, 10, 110, 111. Nine symbols: runs of 3, 3, 3, 0.
  const CanonicalCode code = canonical_code({1, 2, 3, 3});
  const uint8_t symbols[] = {1, 0, 3, 3, 3, 3, 0, 0, 0};
  std::vector<uint8_t> out{0xAA};  // what was there stays
  const auto bytes = write_streams(symbols, 9, code, out);
  EXPECT_EQ(bytes, (std::array<uint16_t, 4>{1, 2, 1, 0}));
  // 1 0 | 0 | 1 1 1: bits 1,0,0,1,1,1 from bit 0 up; then nine ones; then three zeros.
  EXPECT_EQ(out, (std::vector<uint8_t>{0xAA, 0b00111001, 0xFF, 0x01, 0x00}));
}

}  // namespace
}  // namespace dcm::encoder
