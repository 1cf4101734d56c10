// A sparse weight by slices of rows, for CPUs that look up a vector's elements in registers: a lane takes a row, and
// step by step all lanes of a slice meet one non-zero of their own row in the same block of columns. What is multiplied
// is in registers: the block of the input and the codebook. (Sliced ELLPACK, with columns blocked as well.)
#pragma once

#include "kernels/kernel.h"

namespace dcm {

// The steps of a slice in a block of columns. Blocks with as many steps follow each other, so that a CPU foresees where
// a block's loop ends.
struct SliceBlock {
  uint16_t block;
  uint16_t pairs;  // of steps
};

struct WeightSlices {
  static constexpr uint32_t kRows = 16;     // of a slice
  static constexpr uint32_t kColumns = 63;  // of a block
  // Where a row has fewer non-zeros than others, its words say this column of the block, where the input is 0.
  static constexpr uint32_t kNoColumn = kColumns;
  static constexpr uint32_t kPairWords = 2 * kRows;
  static constexpr uint32_t kMostCentroids = 64;

  uint32_t slices, blocks;
  uint64_t begins_at, blocks_at, words_at;  // bytes from the layout's own begin

  // The pair of steps where a slice begins. slices elements.
  const uint32_t* begins() const { return at<uint32_t>(begins_at); }
  const SliceBlock* blocks_of(uint32_t slice) const { return at<SliceBlock>(blocks_at) + uint64_t{slice} * blocks; }
  // kPairWords a pair: for each row the word of the first step and that of the second. A word is a column of the block,
  // and a code in the upper half.
  const uint16_t* words() const { return at<uint16_t>(words_at); }

 private:
  template <typename T>
  const T* at(uint64_t bytes) const {
    return reinterpret_cast<const T*>(reinterpret_cast<const uint8_t*>(this) + bytes);
  }
};

// What multiplying by it is, by a look at some of the slices. Of a weight that fits.
KernelWork slices_work(const Weight& weight);

// Whether prepare_slices() can hold the weight in about 4 bytes a non-zero: its codebook fits into registers, and the
// rows of slices that are looked at are of about the same length.
bool fits_slices(const Weight& weight);

// Fills prepared with the WeightSlices of the site's sparse weight.
Status prepare_slices(const Site& site, MemoryBudget& budget, Prepared* prepared);

inline const WeightSlices& weight_slices(const Prepared& prepared) {
  return *reinterpret_cast<const WeightSlices*>(prepared.data());
}

}  // namespace dcm
