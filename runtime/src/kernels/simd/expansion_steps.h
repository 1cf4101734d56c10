// The steps of a sparse 1 x 1 convolution that is computed with the depthwise 3 x 3 one behind it
// (kernels/expansion.h), for any instruction set: included below a header that defines Simd.
#pragma once

#include "kernels/simd/conv_depthwise.h"

namespace dcm {
namespace {

void expand(const ExpansionRow& row, uint64_t vectors, const float* x, float* to) {
  using Adders = SparseAdders<std::make_integer_sequence<uint32_t, kSparseVectors>>;
  const SparseRun run = {row.begin, row.end, row.codebook};
  const Clamp clamp = clamp_of(row.activation);
  Ends ends = {nullptr, row.bias, to, Simd::kLanes, is_clamp(row.activation) ? &clamp : nullptr, nullptr};
  uint64_t left = vectors;
  for (uint64_t strips = (vectors + kSparseVectors - 1) / kSparseVectors; strips > 0; --strips) {
    const uint64_t strip = (left + strips - 1) / strips;  // they differ by one at most
    Adders::kTable[strip - 1](run, x, ends);
    left -= strip, x += strip * Simd::kLanes, ends.to += strip * Simd::kLanes;
  }
  if (!is_clamp(row.activation)) activate<Simd::kIsa>(row.activation, to, vectors * Simd::kLanes);
}

void filter_band(const BandFilter& filter, const float* from, float* to) {
  Depthwise3x3 plane = {
      filter.in_width, filter.in_height, filter.width, filter.height, {}, filter.bias, clamp_of(filter.activation),
      filter.above,    filter.below};
  std::memcpy(plane.weights, filter.weights, sizeof plane.weights);
  convolve_3x3(plane, filter.stride, from, to);
  if (!is_clamp(filter.activation)) activate<Simd::kIsa>(filter.activation, to, uint64_t{filter.height} * filter.width);
}

constexpr ExpansionSteps kExpansionSteps = {Simd::kLanes, fits_rows, expand, filter_band};

bool never(const Site&) {
  return false;
}
bool fuses_expansion(const Site& site, const Op& next) {
  return fuses_expansion(kExpansionSteps, site, next);
}
Status prepare_expansion(const Site& site, MemoryBudget& budget, Prepared* prepared) {
  return prepare_expansion(kExpansionSteps, site, budget, prepared);
}
uint64_t expansion_scratch(const Site& site, const Prepared&) {
  return expansion_scratch(kExpansionSteps, site);
}
void run_expansion(const Call& call, uint64_t begin, uint64_t end, void* scratch) {
  run_expansion(kExpansionSteps, call, begin, end, scratch);
}

// It exists only with the depthwise convolution that it is fused with.
constexpr Kernel expansion_kernel(const char* name) {
  return {name,
          OpType::kConv2d,
          WeightForm::kSparse,
          Simd::kIsa,
          never,
          prepare_expansion,
          expansion_units,
          run_expansion,
          expansion_scratch,
          nullptr,
          true,
          nullptr,
          fuses_expansion};
}

}  // namespace
}  // namespace dcm
