#include "encoder/package_merge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <queue>
#include <random>
#include <stdexcept>

namespace dcm::encoder {
namespace {

uint64_t cost(const std::vector<uint64_t>& counts, const std::vector<uint8_t>& lengths) {
  uint64_t bits = 0;
  for (size_t i = 0; i < counts.size(); ++i) bits += counts[i] * lengths[i];
  return bits;
}

// The cheapest of all complete codes: tries every vector of lengths.
uint64_t cheapest(const std::vector<uint64_t>& counts, uint32_t limit, size_t symbol, uint64_t space) {
  if (symbol == counts.size()) return space == 0 ? 0 : UINT64_MAX;
  uint64_t best = UINT64_MAX;
  for (uint32_t length = 1; length <= limit; ++length) {
    const uint64_t share = uint64_t{1} << (limit - length);
    if (share > space) continue;
    const uint64_t rest = cheapest(counts, limit, symbol + 1, space - share);
    if (rest != UINT64_MAX) best = std::min(best, rest + counts[symbol] * length);
  }
  return best;
}

// Bits of a Huffman code of unlimited length: the sum of all merged weights.
uint64_t huffman_cost(const std::vector<uint64_t>& counts) {
  std::priority_queue<uint64_t, std::vector<uint64_t>, std::greater<>> heap(counts.begin(), counts.end());
  uint64_t bits = 0;
  while (heap.size() > 1) {
    uint64_t merged = heap.top();
    heap.pop();
    merged += heap.top();
    heap.pop();
    bits += merged;
    heap.push(merged);
  }
  return bits;
}

double kraft(const std::vector<uint8_t>& lengths) {
  double sum = 0;
  for (uint8_t length : lengths) sum += length == 0 ? 0 : 1.0 / static_cast<double>(1u << length);
  return sum;
}

TEST(PackageMerge, IsAsGoodAsEveryCompleteCode) {
  std::mt19937 random(1);
  for (int round = 0; round < 400; ++round) {
    const size_t symbols = 2 + random() % 5;
    uint32_t limit = 1;
    while ((1u << limit) < symbols) ++limit;
    limit += random() % 3;
    std::vector<uint64_t> counts;
    for (size_t i = 0; i < symbols; ++i) counts.push_back(1 + (uint64_t{1} << random() % 12) % (1 + random() % 500));
    const auto lengths = package_merge(counts, limit);
    EXPECT_EQ(kraft(lengths), 1.0);
    EXPECT_LE(*std::max_element(lengths.begin(), lengths.end()), limit);
    EXPECT_EQ(cost(counts, lengths), cheapest(counts, limit, 0, uint64_t{1} << limit));
  }
}

TEST(PackageMerge, EqualsHuffmanWhereTheLimitDoesNotBind) {
  std::mt19937 random(2);
  for (int round = 0; round < 50; ++round) {
    std::vector<uint64_t> counts(2 + random() % 255);
    for (uint64_t& count : counts) count = 1000 + random() % 1000;
    const auto lengths = package_merge(counts, 11);
    EXPECT_EQ(kraft(lengths), 1.0);
    EXPECT_EQ(cost(counts, lengths), huffman_cost(counts));
  }
}

TEST(PackageMerge, KeepsTheLimitOnFibonacciCounts) {
  std::vector<uint64_t> counts{1, 1};
  while (counts.size() < 60) counts.push_back(counts[counts.size() - 1] + counts[counts.size() - 2]);
  counts.resize(40);  // an unlimited code would need 39 bits
  const auto lengths = package_merge(counts, 11);
  EXPECT_EQ(*std::max_element(lengths.begin(), lengths.end()), 11);
  EXPECT_EQ(kraft(lengths), 1.0);
  EXPECT_GT(cost(counts, lengths), huffman_cost(counts));
}

TEST(PackageMerge, EqualCountsGiveTheSmallerSymbolTheShorterWord) {
  EXPECT_EQ(package_merge({5, 5, 5}, 11), (std::vector<uint8_t>{1, 2, 2}));
}

TEST(PackageMerge, FullAlphabetAtTheTightestLimit) {
  const std::vector<uint64_t> counts(256, 7);
  EXPECT_EQ(package_merge(counts, 8), std::vector<uint8_t>(256, 8));
}

TEST(PackageMerge, FewSymbols) {
  EXPECT_EQ(package_merge({}, 11), std::vector<uint8_t>{});
  EXPECT_EQ(package_merge({0, 0}, 11), (std::vector<uint8_t>{0, 0}));
  EXPECT_EQ(package_merge({0, 9, 0}, 11), (std::vector<uint8_t>{0, 1, 0}));
  EXPECT_EQ(package_merge({1, 0, 1000}, 11), (std::vector<uint8_t>{1, 0, 1}));
}

TEST(PackageMerge, RefusesWhatHasNoCode) {
  EXPECT_THROW(package_merge({1, 1, 1}, 1), std::invalid_argument);
  EXPECT_THROW(package_merge({1, 1}, 0), std::invalid_argument);
  EXPECT_THROW(package_merge({1, 1}, 33), std::invalid_argument);
  EXPECT_THROW(package_merge({uint64_t{1} << 55, uint64_t{1} << 55}, 11), std::invalid_argument);
}

}  // namespace
}  // namespace dcm::encoder
