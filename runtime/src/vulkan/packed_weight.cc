#include "vulkan/packed_weight.h"

#include "core/bits.h"
#include "core/float16.h"

namespace dcm::vulkan {
namespace {

// The binary16 of the same value, or 0xFFFFFFFF: there is none. Subnormals count as none: a GPU may make zeros of them.
uint32_t exact_half(float value) {
  const uint32_t bits = bits_of_float(value), sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7FFFFFFFu;
  if (magnitude == 0) return sign;
  const uint32_t exponent = magnitude >> 23;
  if (exponent < 113 || exponent > 142 || (magnitude & 0x1FFFu) != 0) return 0xFFFFFFFFu;
  return sign | (exponent - 112) << 10 | (magnitude >> 13 & 0x3FFu);
}

bool all_halves(const Array<float>& values) {
  for (const float value : values)
    if (exact_half(value) == 0xFFFFFFFFu) return false;
  return true;
}

// A segment a row: what the CPU has is what shaders read.
PackedWeight pack_sparse(const Weight& weight, ConstantWriter& writer) {
  PackedWeight packed = {kPackedSparse, 0, 0, 0, 0};
  writer.put(weight.segment_begin.data(), uint64_t{weight.rows} + 1, &packed.row_begin);
  writer.put(weight.segment_column.data(), weight.nonzeros, &packed.words);
  writer.put(weight.codes.data(), weight.nonzeros, &packed.codes);
  writer.put(weight.codebook.data(), weight.codebook.size(), &packed.codebook);
  return packed;
}

PackedWeight pack_long_sparse(const Weight& weight, ConstantWriter& writer) {
  PackedWeight packed = {kPackedLongSparse, 0, 0, 0, 0};
  uint32_t* const row_begin = writer.take(uint64_t{weight.rows} + 1, &packed.row_begin);
  uint32_t* const words = writer.take(weight.nonzeros, &packed.words);
  writer.put(weight.codebook.data(), weight.codebook.size(), &packed.codebook);
  if (words == nullptr) return packed;
  for (uint32_t row = 0; row <= weight.rows; ++row)
    row_begin[row] = weight.segment_begin[uint64_t{row} * weight.row_segments];
  for_each_nonzero(
      weight, [&, i = 0u](uint32_t, uint32_t column, uint8_t code) mutable { words[i++] = sparse_word(column, code); });
  return packed;
}

PackedWeight pack_codes(const Weight& weight, ConstantWriter& writer) {
  PackedWeight packed = {kPackedDenseShared, 0, 0, 0, 0};
  writer.put(weight.codes.data(), weight.elements(), &packed.words);
  writer.put(weight.codebook.data(), weight.codebook.size(), &packed.codebook);
  return packed;
}

PackedWeight pack_halves(const Weight& weight, ConstantWriter& writer) {
  PackedWeight packed = {kPackedFloat16, 0, 0, 0, 0};
  const uint64_t elements = weight.elements();
  uint32_t* const words = writer.take((elements + 1) / 2, &packed.words);
  if (words == nullptr) return packed;
  // Whole words: memory that a GPU shares may be slow to read.
  for (uint64_t i = 0; i < elements; i += 2)
    words[i / 2] = exact_half(weight.values[i]) | (i + 1 < elements ? exact_half(weight.values[i + 1]) << 16 : 0);
  return packed;
}

}  // namespace

const char* refuse_weight(const Weight& weight) {
  if (weight.form == WeightForm::kSparse && weight.columns > kMostSparseColumns)
    return "rows of more than 2^24 weights";
  return nullptr;
}

PackedWeight pack_weight(const Weight& weight, ConstantWriter& writer) {
  if (weight.form == WeightForm::kSparse)
    return weight.row_segments > 1 ? pack_long_sparse(weight, writer) : pack_sparse(weight, writer);
  if (weight.form == WeightForm::kDenseShared) return pack_codes(weight, writer);
  if (all_halves(weight.values)) return pack_halves(weight, writer);
  PackedWeight packed = {kPackedFloat32, 0, 0, 0, 0};
  writer.put(weight.values.data(), weight.values.size(), &packed.words);
  return packed;
}

uint32_t pack_bias(const Weight* bias, uint32_t size, ConstantWriter& writer) {
  uint32_t at;
  if (bias != nullptr) {
    writer.put(bias->values.data(), size, &at);
  } else if (uint32_t* const zeros = writer.take(size, &at)) {
    for (uint32_t i = 0; i < size; ++i) zeros[i] = 0;
  }
  return at;
}

}  // namespace dcm::vulkan
