// Relative indices: the gaps between the non-zero weights of a tensor, as symbols of k bits with skips (paper, section
// 2 and figure 2; format.md, 6). The paper pads a wide gap with a zero-valued weight; here a skip symbol advances and
// sets nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "format/limits.h"

namespace dcm::encoder {

// The non-zero weights of a tensor, in row-major order.
struct NonZeros {
  std::vector<uint32_t> gaps;  // zero weights since the non-zero before, or since the start
  std::vector<uint8_t> codes;  // index of each one's centroid
};

// codes: size elements, 0 for a pruned weight, i + 1 for centroid i. Throws std::invalid_argument for a code above
// centroid_count or 2^32 - 1 elements or more.
NonZeros find_non_zeros(const uint16_t* codes, size_t size, size_t centroid_count);

// Histogram of gaps; wide ones, which are rare, one by one.
class GapHistogram {
 public:
  explicit GapHistogram(const std::vector<uint32_t>& gaps);

  // How often each of the 2^gap_bits symbols occurs when the gaps are spelled with them.
  std::vector<uint64_t> symbol_counts(uint32_t gap_bits) const;

  // Whether every gap fits into a chunk with its skips.
  bool fits(uint32_t gap_bits) const;

 private:
  std::vector<uint64_t> narrow_;
  std::vector<uint32_t> wide_;
  uint32_t widest_ = 0;
};

// The non-zeros of one chunk as gap symbols. Takes as many non-zeros as fit into kMaxChunkSymbols symbols, at least
// one.
class GapSymbols {
 public:
  // Refers to gaps for as long as it lives.
  GapSymbols(const std::vector<uint32_t>& gaps, uint32_t gap_bits);
  GapSymbols(std::vector<uint32_t>&& gaps, uint32_t gap_bits) = delete;

  // Moves on to the next chunk; false when all are done.
  bool next();

  const std::vector<uint8_t>& symbols() const { return symbols_; }
  size_t first() const { return first_; }          // the chunk's first non-zero
  size_t count() const { return next_ - first_; }  // its number of non-zeros
  uint32_t start() const { return start_; }        // element index at which it begins

 private:
  const std::vector<uint32_t>& gaps_;
  uint32_t skip_;
  std::vector<uint8_t> symbols_;
  size_t first_ = 0;
  size_t next_ = 0;
  uint32_t start_ = 0;
  uint32_t position_ = 0;
};

}  // namespace dcm::encoder
