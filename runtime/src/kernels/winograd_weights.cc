#include "kernels/winograd_layout.h"

#include <cstring>

#include "core/unroll.h"

namespace dcm {
namespace {

// Calls f(column, code) for the non-zeros of a row of a weight that shares centroids.
template <typename F>
void visit_row(const Weight& weight, uint32_t row, F&& f) {
  if (weight.form == WeightForm::kSparse) {
    for (uint32_t i = weight.segment_begin[row]; i < weight.segment_begin[row + 1]; ++i)
      f(weight.segment_column[i], weight.codes[i]);
    return;
  }
  const uint8_t* codes = weight.codes.data() + uint64_t{row} * weight.columns;
  for (uint32_t column = 0; column < weight.columns; ++column)
    if (weight.codebook[codes[column]] != 0.0f) f(column, codes[column]);
}

}  // namespace

void fill_winograd_nonzeros(const Weight& weight, const WinogradLayout& layout, uint32_t* begins,
                            WinogradNonzero* nonzeros) {
  constexpr uint32_t kOutputs = WinogradLayout::kOutputs, kPartTaps = WinogradLayout::kPartTaps;
  const uint32_t taps = layout.taps, tap_parts = layout.tap_parts, parts = layout.channels * tap_parts;
  uint32_t place = 0;
  for (uint32_t block = 0; block < layout.groups * layout.row_blocks(); ++block, begins += parts) {
    const uint32_t group = block / layout.row_blocks(), row_block = block % layout.row_blocks();
    const uint32_t first = group * layout.outputs + row_block * kOutputs;
    const uint32_t end = first + std::min(kOutputs, layout.outputs - row_block * kOutputs);
    std::fill(begins, begins + parts, 0);
    // f(part, place, code) for the non-zeros of a row.
    const auto visit = [&](uint32_t row, auto&& f) {
      visit_row(weight, row, [&](uint32_t column, uint8_t code) {
        const uint32_t channel = column / taps, tap = column - channel * taps;
        f(channel * tap_parts + tap / kPartTaps, tap % kPartTaps * kOutputs + row - first, code);
      });
    };
    for (uint32_t row = first; row < end; ++row) visit(row, [&](uint32_t part, uint32_t, uint8_t) { ++begins[part]; });
    // Where each part ends; filling it from its end moves that to where it begins.
    for (uint32_t part = 0; part < parts; ++part) begins[part] = place += begins[part];
    for (uint32_t row = first; row < end; ++row)
      visit(row, [&](uint32_t part, uint32_t at, uint8_t code) {
        nonzeros[--begins[part]] = {static_cast<uint8_t>(at), code};
      });
  }
  *begins = place;
}

void WinogradLayout::expand(const Weight& weight, uint32_t group, uint32_t output, uint32_t channel, uint32_t count,
                            float* kernels) const {
  std::memset(kernels, 0, count * taps * kOutputs * sizeof(float));
  if (output >= outputs) return;
  if (weight.form == WeightForm::kDense) {
    const uint32_t rows = std::min(kOutputs, outputs - output);
    for (uint32_t c = 0; c < count; ++c, kernels += taps * kOutputs)
      for (uint32_t row = 0; row < rows; ++row) {
        const float* from =
            weight.values.data() + uint64_t{group * outputs + output + row} * weight.columns + (channel + c) * taps;
        for (uint32_t tap = 0; tap < taps; ++tap) kernels[tap * kOutputs + row] = from[tap];
      }
    return;
  }
  const float* codebook = weight.codebook.data();
  const uint32_t* bounds =
      begins() + ((uint64_t{group} * row_blocks() + output / kOutputs) * channels + channel) * tap_parts;
  for (uint32_t c = 0; c < count; ++c, kernels += taps * kOutputs)
    for (uint32_t part = 0; part < tap_parts; ++part, ++bounds) {
      float* places = kernels + part * kPartTaps * kOutputs;
      const WinogradNonzero *nonzero = nonzeros() + bounds[0], *end = nonzeros() + bounds[1];
      for (; end - nonzero >= 4; nonzero += 4) {
        DCM_UNROLL
        for (uint32_t i = 0; i < 4; ++i) places[nonzero[i].place] = codebook[nonzero[i].code];
      }
      for (; nonzero != end; ++nonzero) places[nonzero->place] = codebook[nonzero->code];
    }
}

}  // namespace dcm
