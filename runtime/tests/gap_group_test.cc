#include "format/gap_group.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace dcm {
namespace {

using Gaps = std::vector<uint8_t>;
using Columns = std::vector<uint16_t>;

// Gap by gap. Empty: a skip, or they leave the segment.
Columns placed_one_by_one(const Gaps& gaps, uint8_t skip, uint32_t column, uint32_t room, uint32_t* taken) {
  Columns columns;
  *taken = 0;
  for (const uint8_t gap : gaps) {
    if (gap == skip || *taken + gap + 1 > room) return {};
    columns.push_back(static_cast<uint16_t>(column + *taken + gap));
    *taken += gap + 1u;
  }
  return columns;
}

TEST(GapGroup, EqualsGapByGap) {
  std::mt19937 random(1);
  int placed = 0, refused = 0;
  for (int i = 0; i < 200000; ++i) {
    const uint32_t gap_bits = 2 + random() % 7;
    const uint8_t skip = static_cast<uint8_t>((1u << gap_bits) - 1);
    Gaps gaps(kGapGroup);
    for (uint8_t& gap : gaps) gap = static_cast<uint8_t>(random() % (skip + (random() % 20 == 0 ? 1u : 0u)));
    const uint32_t length = 1 + random() % 65536, column = random() % (length + 1);
    uint32_t expected_taken;
    const Columns expected = placed_one_by_one(gaps, skip, column, length - column, &expected_taken);
    Columns columns(kGapGroup, 0xEEEE);
    const uint32_t taken = place_gap_group(gaps.data(), skip, column, length - column, columns.data());
    if (expected.empty()) {
      ASSERT_EQ(taken, 0u);
      ASSERT_EQ(columns, Columns(kGapGroup, 0xEEEE));
      ++refused;
    } else {
      ASSERT_EQ(taken, expected_taken);
      ASSERT_EQ(columns, expected);
      ++placed;
    }
  }
  EXPECT_GT(placed, 10000);
  EXPECT_GT(refused, 10000);
}

TEST(GapGroup, TheVeryEndOfASegment) {
  const Gaps longest(kGapGroup, 254);
  Columns columns(kGapGroup);
  const uint32_t needed = kGapGroup * 255;
  EXPECT_EQ(place_gap_group(longest.data(), 255, 65536 - needed, needed, columns.data()), needed);
  EXPECT_EQ(columns.back(), 65535);
  EXPECT_EQ(place_gap_group(longest.data(), 255, 65536 - needed + 1, needed - 1, columns.data()), 0u);
  const Gaps none(kGapGroup, 0);
  EXPECT_EQ(place_gap_group(none.data(), 3, 0, 8, columns.data()), 8u);
  EXPECT_EQ(columns, (Columns{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(place_gap_group(none.data(), 3, 65536, 0, columns.data()), 0u);
}

TEST(GapGroup, SplitsPairsFromTheSecondHalfOfTheirOwnMemory) {
  std::mt19937 random(2);
  for (uint32_t bits : {2u, 3u, 4u}) {
    for (uint32_t count : {0u, 1u, 7u, 8u, 9u, 64u, 1001u}) {
      Gaps memory(2 * count), expected;
      for (uint32_t i = 0; i < count; ++i) {
        const uint8_t pair = static_cast<uint8_t>(random() & ((1u << 2 * bits) - 1));
        memory[count + i] = pair;
        expected.push_back(static_cast<uint8_t>(pair & ((1u << bits) - 1)));
        expected.push_back(static_cast<uint8_t>(pair >> bits));
      }
      split_gap_pairs(memory.data() + count, count, bits, memory.data());
      EXPECT_EQ(memory, expected) << bits << ' ' << count;
    }
  }
}

TEST(GapGroup, CountsSkips) {
  std::mt19937 random(2);
  for (uint32_t count : {0u, 1u, 15u, 16u, 17u, 4079u, 4080u, 4081u, 4096u, 65535u, 65536u}) {
    Gaps gaps(count);
    uint32_t expected = 0;
    for (uint8_t& gap : gaps) expected += (gap = static_cast<uint8_t>(random() % 4)) == 3;
    EXPECT_EQ(count_skips(gaps.data(), count, 3), expected);
    EXPECT_EQ(count_skips(gaps.data(), count, 4), 0u);
    EXPECT_EQ(count_skips(Gaps(count, 255).data(), count, 255), count);
  }
}

}  // namespace
}  // namespace dcm
