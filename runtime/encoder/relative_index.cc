#include "encoder/relative_index.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace dcm::encoder {
namespace {

constexpr uint32_t kNarrow = 65536;

constexpr uint32_t skip_symbol(uint32_t gap_bits) {
  return (1u << gap_bits) - 1;
}

}  // namespace

NonZeros find_non_zeros(const uint16_t* codes, size_t size, size_t centroid_count) {
  if (size > 0xFFFFFFFFu) throw std::invalid_argument("a weight has at most 2^32 - 1 elements");
  size_t count = 0;
  uint16_t largest = 0;
  for (size_t i = 0; i < size; ++i) {
    count += codes[i] != 0 ? 1u : 0u;
    largest = std::max(largest, codes[i]);
  }
  if (centroid_count > kMaxCentroids) throw std::invalid_argument("a codebook has at most 256 centroids");
  if (largest > centroid_count) throw std::invalid_argument("a code above the number of centroids");

  NonZeros found;
  found.gaps.resize(count);
  found.codes.resize(count);
  size_t filled = 0;
  size_t previous = 0;  // one past the last non-zero
  for (size_t i = 0; i < size;) {
    uint64_t four = 0;
    if (i + 4 <= size) std::memcpy(&four, codes + i, sizeof four);
    if (i + 4 <= size && four == 0) {
      i += 4;  // most of a pruned layer goes this way
      continue;
    }
    const size_t end = std::min(i + 4, size);
    for (; i < end; ++i) {
      if (codes[i] == 0) continue;
      found.gaps[filled] = static_cast<uint32_t>(i - previous);
      found.codes[filled] = static_cast<uint8_t>(codes[i] - 1);
      ++filled;
      previous = i + 1;
    }
  }
  return found;
}

GapHistogram::GapHistogram(const std::vector<uint32_t>& gaps) {
  for (uint32_t gap : gaps) widest_ = std::max(widest_, gap);
  narrow_.resize(std::min(widest_, kNarrow - 1) + size_t{1});
  for (uint32_t gap : gaps) {
    if (gap < kNarrow) {
      ++narrow_[gap];
    } else {
      wide_.push_back(gap);
    }
  }
}

std::vector<uint64_t> GapHistogram::symbol_counts(uint32_t gap_bits) const {
  const uint32_t skip = skip_symbol(gap_bits);
  std::vector<uint64_t> counts(size_t{1} << gap_bits);
  for (uint32_t gap = 0; gap < narrow_.size(); ++gap) {
    counts[gap % skip] += narrow_[gap];
    counts[skip] += gap / skip * narrow_[gap];
  }
  for (uint32_t gap : wide_) {
    ++counts[gap % skip];
    counts[skip] += gap / skip;
  }
  return counts;
}

bool GapHistogram::fits(uint32_t gap_bits) const {
  return widest_ / skip_symbol(gap_bits) < kMaxChunkSymbols;
}

GapSymbols::GapSymbols(const std::vector<uint32_t>& gaps, uint32_t gap_bits)
    : gaps_(gaps), skip_(skip_symbol(gap_bits)) {
  symbols_.reserve(kMaxChunkSymbols);
}

bool GapSymbols::next() {
  first_ = next_;
  start_ = position_;
  symbols_.clear();
  for (; next_ < gaps_.size(); ++next_) {
    const uint32_t gap = gaps_[next_];
    const uint32_t skips = gap < skip_ ? 0 : gap / skip_;
    if (symbols_.size() + skips >= kMaxChunkSymbols) break;
    if (skips != 0) symbols_.insert(symbols_.end(), skips, static_cast<uint8_t>(skip_));
    symbols_.push_back(static_cast<uint8_t>(gap - skips * skip_));
    position_ += gap + 1;
  }
  return next_ != first_;
}

}  // namespace dcm::encoder
