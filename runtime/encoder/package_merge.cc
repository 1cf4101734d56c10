#include "encoder/package_merge.h"

#include <algorithm>
#include <stdexcept>

namespace dcm::encoder {
namespace {

struct Item {
  uint64_t weight;
  bool is_package;
};

// The coins of one level: the leaves (sorted by weight) and the pairs of the level below. A leaf goes before a package
// of equal weight.
std::vector<Item> merge(const std::vector<uint64_t>& leaves, const std::vector<Item>& below) {
  std::vector<Item> merged;
  merged.reserve(leaves.size() + below.size() / 2);
  size_t leaf = 0;
  for (size_t pair = 0; pair + 1 < below.size(); pair += 2) {
    const uint64_t weight = below[pair].weight + below[pair + 1].weight;
    while (leaf < leaves.size() && leaves[leaf] <= weight) merged.push_back({leaves[leaf++], false});
    merged.push_back({weight, true});
  }
  while (leaf < leaves.size()) merged.push_back({leaves[leaf++], false});
  return merged;
}

}  // namespace

std::vector<uint8_t> package_merge(const std::vector<uint64_t>& counts, uint32_t limit) {
  if (limit < 1 || limit > 32) throw std::invalid_argument("package_merge: limit must be 1..32");
  std::vector<size_t> symbols;  // those that occur, rarest first
  uint64_t total = 0;
  for (size_t symbol = 0; symbol < counts.size(); ++symbol) {
    if (counts[symbol] == 0) continue;
    symbols.push_back(symbol);
    if (counts[symbol] >> 56 != 0 || (total += counts[symbol]) >> 56 != 0) {
      throw std::invalid_argument("package_merge: the counts sum to 2^56 or more");
    }
  }
  std::vector<uint8_t> lengths(counts.size(), 0);
  if (symbols.empty()) return lengths;
  if (symbols.size() == 1) {
    lengths[symbols[0]] = 1;
    return lengths;
  }
  if (symbols.size() > uint64_t{1} << limit) throw std::invalid_argument("package_merge: more symbols than code words");

  std::sort(symbols.begin(), symbols.end(),
            [&](size_t a, size_t b) { return counts[a] != counts[b] ? counts[a] < counts[b] : a > b; });
  std::vector<uint64_t> leaves;
  for (size_t symbol : symbols) leaves.push_back(counts[symbol]);

  std::vector<std::vector<Item>> levels;
  levels.push_back(merge(leaves, {}));
  while (levels.size() < limit) levels.push_back(merge(leaves, levels.back()));

  // The 2n - 2 lightest items of the last level are the solution. At each level those taken are a prefix: its leaves
  // are the rarest symbols, whose words grow by a bit, and each package takes two items of the level below.
  size_t taken = 2 * symbols.size() - 2;
  for (size_t level = levels.size(); level-- > 0 && taken > 0;) {
    size_t packages = 0;
    for (size_t i = 0; i < taken; ++i) packages += levels[level][i].is_package ? 1u : 0u;
    for (size_t i = 0; i < taken - packages; ++i) ++lengths[symbols[i]];
    taken = 2 * packages;
  }
  return lengths;
}

}  // namespace dcm::encoder
