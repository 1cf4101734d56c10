// A weight tensor as it stays in memory.
#pragma once

#include <cstdint>

#include "core/array.h"
#include "format/limits.h"

namespace dcm {

// How a weight is stored. kNone is for operators without one.
enum class WeightForm : uint8_t { kNone, kSparse, kDenseShared, kDense };

// "sparse", "dense_shared", "dense".
const char* weight_form_name(WeightForm form);

// Immutable once loaded. Seen as a matrix: the first dimension is its rows, the product of the others its columns.
struct Weight {
  // A sparse row is cut into segments of this many columns (the last one may be shorter), so that a column takes 16
  // bits.
  static constexpr uint32_t kSegmentColumns = 65536;

  uint32_t rank = 0;
  uint32_t dims[kMaxRank] = {};
  WeightForm form = WeightForm::kNone;
  uint32_t rows = 0, columns = 0;  // rows * columns <= 2^32 - 1
  uint32_t row_segments = 0;       // segments of a row
  uint64_t nonzeros = 0;

  // kSparse, 3 bytes a non-zero. Segment s = row * row_segments + i holds the non-zeros segment_begin[s] ..
  // segment_begin[s + 1] - 1, in order of columns; their columns count from i * kSegmentColumns.
  Array<uint32_t> segment_begin;  // rows * row_segments + 1
  Array<uint16_t> segment_column;
  // kSparse: a code a non-zero. kDenseShared: a code an element, row-major. Each is less than codebook.size().
  Array<uint8_t> codes;
  Array<float> codebook;
  // kDense: row-major.
  Array<float> values;

  // Fits: a product of two 32-bit numbers in 64 bits.
  uint64_t elements() const { return uint64_t{rows} * columns; }
  // Fits: a product of two 32-bit numbers in 64 bits.
  uint64_t segments() const { return uint64_t{rows} * row_segments; }
  // Bytes of all arrays.
  uint64_t bytes() const;
  // Gives the arrays back but for the codebook: a kernel has an arrangement of its own of what they said.
  void release();
};

}  // namespace dcm
