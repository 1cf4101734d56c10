#include "huffman/code_lengths.h"

#include <gtest/gtest.h>

#include <string>

#include "naive_huffman.h"

namespace dcm {
namespace {

using testing::Bytes;
using testing::Lengths;

// Two nibbles a byte, the low one first.
Bytes nibbles(std::initializer_list<int> list) {
  Bytes bytes;
  size_t i = 0;
  for (const int nibble : list) {
    if (i % 2 == 0) bytes.push_back(0);
    bytes.back() = static_cast<uint8_t>(bytes.back() | nibble << (i++ % 2 * 4));
  }
  return bytes;
}

Status unpack(const Bytes& packed, uint32_t alphabet, CodeLengths* lengths) {
  return unpack_code_lengths(packed.data(), packed.size(), alphabet, lengths);
}

std::string failure(const Bytes& packed, uint32_t alphabet) {
  CodeLengths lengths;
  const Status status = unpack(packed, alphabet, &lengths);
  EXPECT_TRUE(status.ok() || status.code() == DCM_FILE_HUFFMAN);
  return status.text();
}

TEST(CodeLengths, PlainRunsAndRepeats) {
  CodeLengths lengths;
  // 1; two absent; 3 three times by repeat r = 0 after one: 3 + (0 + 3) = four times; then absent to the end.
  ASSERT_TRUE(unpack(nibbles({1, 0, 1, 3, 12, 0}), 16, &lengths).ok());
  const Lengths expected = {1, 0, 0, 3, 3, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(Lengths(lengths.length, lengths.length + 16), expected);
  EXPECT_EQ(lengths.used, 5u);
  EXPECT_EQ(lengths.shortest, 1u);
  EXPECT_EQ(lengths.longest, 3u);
}

TEST(CodeLengths, RepeatsMayFollowRepeats) {
  CodeLengths lengths;
  // 1 + 18 + 13 = 32 symbols of 5 bits.
  ASSERT_TRUE(unpack(nibbles({5, 12, 15, 12, 10}), 32, &lengths).ok());
  EXPECT_EQ(lengths.used, 32u);
}

TEST(CodeLengths, NothingAndOneSymbol) {
  CodeLengths lengths;
  ASSERT_TRUE(unpack({}, 0, &lengths).ok());
  EXPECT_EQ(lengths.used, 0u);
  ASSERT_TRUE(unpack({}, 256, &lengths).ok());
  EXPECT_EQ(lengths.used, 0u);
  ASSERT_TRUE(unpack(nibbles({0, 4, 1, 0}), 8, &lengths).ok());
  EXPECT_EQ(lengths.used, 1u);
  EXPECT_EQ(lengths.only_symbol, 5u);
  EXPECT_EQ(lengths.longest, 0u);
}

TEST(CodeLengths, LonePaddingNibble) {
  EXPECT_EQ(failure(nibbles({1, 1}), 2), "");
  EXPECT_EQ(failure(nibbles({1, 0, 0, 1}), 3), "");        // a run of one, no padding
  EXPECT_EQ(failure(nibbles({1, 2, 2, 0}), 3), "");        // padding
  EXPECT_NE(failure(nibbles({1, 2, 2, 0, 0, 0}), 3), "");  // a run past the alphabet
  EXPECT_EQ(failure({0x00}, 1), "");                       // a run of one absent symbol
  EXPECT_NE(failure({0x00}, 0), "");
}

TEST(CodeLengths, RefusesMalformedNibbles) {
  EXPECT_NE(failure(nibbles({13, 1}), 8), "");
  EXPECT_NE(failure(nibbles({15, 1}), 8), "");
  EXPECT_NE(failure(nibbles({12, 0, 1, 1}), 8), "");        // repeats nothing
  EXPECT_NE(failure(nibbles({1, 0, 0, 12, 0, 0}), 8), "");  // repeats an absent symbol
  EXPECT_NE(failure(nibbles({2, 2, 2, 12}), 8), "");        // no count
  EXPECT_NE(failure(nibbles({1, 1, 1}), 2), "");            // past the alphabet
  EXPECT_NE(failure(nibbles({3, 12, 4}), 7), "");           // a repeat past the alphabet
}

TEST(CodeLengths, RefusesKraftSumsOtherThanOne) {
  EXPECT_NE(failure(nibbles({1, 2}), 2).find("under-subscribed"), std::string::npos);
  EXPECT_NE(failure(nibbles({1, 1, 1, 0}), 4).find("over-subscribed"), std::string::npos);
  EXPECT_NE(failure(nibbles({1, 1, 11, 0}), 4).find("2049 / 2048"), std::string::npos);
  EXPECT_NE(failure(nibbles({2, 0}), 4).find("expected 1"), std::string::npos);  // one symbol of two bits
}

TEST(CodeLengths, RoundTripsRandomCodes) {
  std::mt19937 random(3);
  for (int i = 0; i < 500; ++i) {
    const uint32_t alphabet = 2 + random() % 255;
    const uint32_t used = 2 + random() % (alphabet - 1);
    const Lengths expected = testing::random_lengths(random, alphabet, used);
    CodeLengths lengths;
    const Status status = unpack(testing::pack_lengths(expected), alphabet, &lengths);
    ASSERT_TRUE(status.ok()) << status.text();
    ASSERT_EQ(Lengths(lengths.length, lengths.length + alphabet), expected);
    ASSERT_EQ(lengths.used, used);
  }
}

TEST(CodeLengths, AnyBytesAreTakenOrRefused) {
  std::mt19937 random(4);
  int taken = 0;
  for (int i = 0; i < 20000; ++i) {
    Bytes packed(random() % 6);
    for (uint8_t& byte : packed) byte = static_cast<uint8_t>(random());
    CodeLengths lengths;
    if (!unpack(packed, random() % 257, &lengths).ok() || lengths.used < 2) continue;
    ++taken;
    uint32_t kraft = 0;
    for (const uint8_t length : lengths.length)
      if (length > 0) kraft += 2048u >> length;
    EXPECT_EQ(kraft, 2048u);
  }
  EXPECT_GT(taken, 0);
}

}  // namespace
}  // namespace dcm
