#include "encoder/relative_index.h"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

#include "encoder/symbol_counts.h"

namespace dcm::encoder {
namespace {

TEST(RelativeIndex, FindsNonZerosAtEveryAlignment) {
  std::mt19937 random(4);
  for (int round = 0; round < 500; ++round) {
    std::vector<uint16_t> codes(random() % 40, 0);
    std::vector<uint32_t> gaps;
    std::vector<uint8_t> expected;
    uint32_t zeros = 0;
    for (uint16_t& code : codes) {
      if (random() % 4 != 0) {
        ++zeros;
        continue;
      }
      code = static_cast<uint16_t>(1 + random() % 256);
      gaps.push_back(zeros);
      expected.push_back(static_cast<uint8_t>(code - 1));
      zeros = 0;
    }
    const NonZeros found = find_non_zeros(codes.data(), codes.size(), 256);
    EXPECT_EQ(found.gaps, gaps);
    EXPECT_EQ(found.codes, expected);
  }
}

TEST(RelativeIndex, RefusesCodesOutOfRange) {
  const uint16_t codes[] = {0, 3};
  EXPECT_THROW(find_non_zeros(codes, 2, 2), std::invalid_argument);
  EXPECT_THROW(find_non_zeros(codes, 2, 257), std::invalid_argument);
}

TEST(RelativeIndex, SkipsCarryWideGaps) {
  const std::vector<uint32_t> gaps{0, 2, 3, 7, 1};
  GapSymbols chunk(gaps, 2);  // the skip symbol is 3
  ASSERT_TRUE(chunk.next());
  EXPECT_EQ(chunk.symbols(), (std::vector<uint8_t>{0, 2, 3, 0, 3, 3, 1, 1}));
  EXPECT_EQ(chunk.count(), 5u);
  EXPECT_FALSE(chunk.next());
}

TEST(RelativeIndex, HistogramCountsWhatTheSymbolsSpell) {
  std::mt19937 random(5);
  std::vector<uint32_t> gaps;
  for (int i = 0; i < 3000; ++i) gaps.push_back(random() % 8 == 0 ? random() % 200000 : random() % 60);
  const GapHistogram histogram(gaps);
  for (uint32_t bits = 3; bits <= 8; ++bits) {
    std::vector<uint64_t> counts(size_t{1} << bits);
    GapSymbols chunk(gaps, bits);
    size_t non_zeros = 0;
    while (chunk.next()) {
      EXPECT_EQ(chunk.first(), non_zeros);
      EXPECT_LE(chunk.symbols().size(), kMaxChunkSymbols);
      EXPECT_NE(chunk.symbols().back(), (1u << bits) - 1);
      for (uint8_t symbol : chunk.symbols()) ++counts[symbol];
      non_zeros += chunk.count();
    }
    EXPECT_EQ(non_zeros, gaps.size());
    EXPECT_EQ(histogram.symbol_counts(bits), counts);
  }
}

TEST(RelativeIndex, AGapFitsUpToAFullChunkOfSkips) {
  EXPECT_TRUE(GapHistogram({65535u * 255 + 254}).fits(8));
  EXPECT_FALSE(GapHistogram({65536u * 255}).fits(8));
  EXPECT_TRUE(GapHistogram({65535u * 3 + 2}).fits(2));
  EXPECT_FALSE(GapHistogram({65536u * 3}).fits(2));
  const std::vector<uint32_t> gaps{5, 65535u * 255 + 254};
  GapSymbols chunk(gaps, 8);
  ASSERT_TRUE(chunk.next());
  EXPECT_EQ(chunk.count(), 1u);
  ASSERT_TRUE(chunk.next());
  EXPECT_EQ(chunk.start(), 6u);
  EXPECT_EQ(chunk.symbols().size(), kMaxChunkSymbols);
}

TEST(SymbolCounts, Entropy) {
  EXPECT_DOUBLE_EQ(entropy_bits({4, 4}), 8.0);
  EXPECT_DOUBLE_EQ(entropy_bits({2, 1, 1}), 6.0);
  EXPECT_EQ(entropy_bits({7, 0}), 0.0);
  EXPECT_EQ(entropy_bits({}), 0.0);
}

}  // namespace
}  // namespace dcm::encoder
