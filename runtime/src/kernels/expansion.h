// A sparse 1 x 1 convolution together with the depthwise 3 x 3 convolution of what it makes, as the blocks of
// MobileNetV2 begin (Sandler et al., CVPR 2018): a band of rows of one channel after the other is computed into memory
// that stays in the nearest cache and filtered there, so that the values between, the most of such a network, are never
// written to memory and read again. The walk over bands and channels is the same for every instruction set; the steps
// are what each of them has code for (simd/expansion_steps.h).
#pragma once

#include "kernels/generic/convolution.h"

namespace dcm {

// The non-zeros of a row of the first weight: a code in the high 8 bits; in the others, the vector where the channel's
// plane begins, counted from the input's first plane.
struct ExpansionRow {
  const uint32_t *begin, *end;
  const float* codebook;
  float bias;
  Activation activation;
};

// The depthwise convolution of a band of rows of one plane.
struct BandFilter {
  uint32_t in_width, in_height, width, height;  // of the band's own rows of input, and of its output
  uint32_t stride;
  bool above, below;  // whether there is an input row just before the band's, and behind them
  float weights[9];
  float bias;
  Activation activation;
};

struct ExpansionSteps {
  uint32_t lanes;
  bool (*fits_rows)(uint32_t width);
  // So many vectors of an output plane. x: the same of the input's first plane.
  void (*expand)(const ExpansionRow& row, uint64_t vectors, const float* x, float* to);
  void (*filter)(const BandFilter& filter, const float* from, float* to);
};

// Whether the operator behind a sparse convolution is such a depthwise one.
bool fuses_expansion(const ExpansionSteps& steps, const Site& site, const Op& next);
Status prepare_expansion(const ExpansionSteps& steps, const Site& site, MemoryBudget& budget, Prepared* prepared);
// A unit is a channel of a band of a sample.
uint64_t expansion_units(const Site& site, uint32_t batch, const Prepared&);
uint64_t expansion_scratch(const ExpansionSteps& steps, const Site& site);
void run_expansion(const ExpansionSteps& steps, const Call& call, uint64_t begin, uint64_t end, void* scratch);

}  // namespace dcm
