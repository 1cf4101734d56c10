// A weight as shaders read it: README.md has the table.
#pragma once

#include "vulkan/lowering.h"

namespace dcm::vulkan {

enum PackedForm : uint32_t {
  kPackedSparse,
  kPackedDenseShared,
  kPackedFloat32,
  kPackedFloat16,
  kPackedLongSparse,  // of rows longer than kMostShortColumns
};

constexpr bool is_sparse(uint32_t form) {
  return form == kPackedSparse || form == kPackedLongSparse;
}

struct PackedWeight {
  PackedForm form;
  uint32_t words, codes, row_begin, codebook;  // where its parts are; 0 where it has none
};

constexpr uint32_t kMostShortColumns = 1u << 16;   // of a row, so that a column takes 16 bits
constexpr uint32_t kMostSparseColumns = 1u << 24;  // so that a word takes a column and a code

inline uint32_t sparse_word(uint32_t column, uint8_t code) {
  return column | uint32_t{code} << 24;
}

// f(row, column, code) for each non-zero of a sparse weight, in order.
template <typename F>
void for_each_nonzero(const Weight& weight, F&& f) {
  for (uint64_t segment = 0; segment < weight.segments(); ++segment) {
    const uint32_t row = static_cast<uint32_t>(segment / weight.row_segments);
    const uint32_t first = static_cast<uint32_t>(segment % weight.row_segments) * Weight::kSegmentColumns;
    for (uint32_t i = weight.segment_begin[segment]; i < weight.segment_begin[segment + 1]; ++i)
      f(row, first + weight.segment_column[i], weight.codes[i]);
  }
}

// Null, or why no shader can read the weight.
const char* refuse_weight(const Weight& weight);

PackedWeight pack_weight(const Weight& weight, ConstantWriter& writer);

// size floats of a bias; zeros if there is none. Returns where.
uint32_t pack_bias(const Weight* bias, uint32_t size, ConstantWriter& writer);

}  // namespace dcm::vulkan
