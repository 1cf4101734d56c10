// How a dense convolution is cut for Winograd's minimal filtering F(m x m, 3 x 3) (Winograd 1980; Lavin and Gray, CVPR
// 2016): the output is cut into tiles of m x m pixels, the (m + 2) x (m + 2) inputs of a tile and the 3 x 3 weights of
// a kernel are transformed, and multiplied position by position: (m + 2)^2 products a channel instead of 9 m^2. For all
// tiles and kernels together that is a product of matrices for each position.
//
// Transformed weights are five times as many as the dense ones or more, so they are never kept: they are made, for some
// outputs and channels at a time, from the non-zeros, and used for a band of tiles, whose transformed inputs are in the
// scratch memory.
#pragma once

#include "kernels/generic/convolution.h"

namespace dcm {

// What a kernel can do.
struct WinogradLimits {
  uint32_t lanes;              // floats of a vector; divides WinogradLayout::kOutputs
  uint32_t block_outputs;      // whose sums are in registers; a multiple of kOutputs
  const uint8_t* strip_tiles;  // the same of tiles: those that it has code for, the most first,
  uint32_t strip_kinds;        // and how many there are of those
};

// A non-zero of a weight that shares centroids.
struct WinogradNonzero {
  uint8_t place, code;  // place: tap * kOutputs + row % kOutputs
};

struct WinogradLayout {
  static constexpr uint32_t kOutputs = 16;  // rows of the weight that are kept together
  static constexpr uint32_t kTaps = 9;
  // Channels whose kernels are expanded before they are transformed, so that no load waits for a store.
  static constexpr uint32_t kExpanded = 8;
  // Pixels of a run of tiles that is transformed at once, in a row.
  static constexpr uint32_t kInputPixels = 32, kOutputPixels = 48;

  uint32_t tile;                            // m
  uint32_t tile_columns, tiles;             // of a row of tiles; of a plane
  uint32_t strip_kind, strip_tiles;         // tiles that share the loads of weights, one of WinogradLimits::strip_tiles
  uint32_t strips;                          // of a plane; the last one may have fewer tiles that exist
  uint32_t bands, band_strips;              // strips whose transformed inputs exist at once, at most
  uint32_t block_outputs, output_blocks;    // outputs whose sums exist at once
  uint32_t channels, padded_channels;       // the latter: whole vectors
  uint32_t block_channels, channel_blocks;  // channels whose transformed weights exist at once: whole vectors
  uint64_t begins_at, nonzeros_at;          // bytes from the layout's own begin

  uint32_t side() const { return tile + 2; }
  uint32_t positions() const { return side() * side(); }
  // Bands differ by a strip at most, and not the first ones from the last ones: threads take bands in order.
  uint32_t first_strip(uint32_t band) const { return static_cast<uint32_t>(uint64_t{strips} * band / bands); }

  // The non-zeros of kOutputs rows in one channel: nonzeros()[begins()[i]] up to the next, i = row / kOutputs *
  // channels
  // + channel. Of a dense weight: nothing.
  const uint32_t* begins() const { return at<uint32_t>(begins_at); }
  const WinogradNonzero* nonzeros() const { return at<WinogradNonzero>(nonzeros_at); }

  // The weights of kOutputs rows, from row `output` on, in `count` channels: kernels[channel][tap][row]. Zeros beyond
  // the last row.
  void expand(const Weight& weight, uint32_t output, uint32_t channel, uint32_t count, float* kernels) const;

  // Floats from what one position has of a band, or of a block of weights, to what the next one has: an odd number of
  // vectors, so that the positions do not all fall on the same lines of a cache.
  uint64_t input_step(uint32_t lanes) const {
    return odd(uint64_t{band_strips} * strip_tiles * padded_channels, lanes);
  }
  uint64_t weight_step(uint32_t lanes) const { return odd(uint64_t{block_channels} * block_outputs, lanes); }
  uint64_t sum_step(uint32_t lanes) const { return odd(uint64_t{band_strips} * strip_tiles * block_outputs, lanes); }
  // Of all scratch memory of a thread: what these say, and that of a run of tiles.
  uint64_t scratch_floats(uint32_t lanes) const;

 private:
  static uint64_t odd(uint64_t floats, uint32_t lanes) { return (floats / lanes | 1) * lanes; }
  template <typename T>
  const T* at(uint64_t bytes) const {
    return reinterpret_cast<const T*>(reinterpret_cast<const uint8_t*>(this) + bytes);
  }
};

// Whether the operator is such a convolution (3 x 3, stride 1, dilation 1, one group) and its scratch memory stays
// within kMostWinogradFloats, whatever numbers the file gave. Computed in 64 bits; all else here may rely on it.
bool fits_winograd(const Site& site, const WinogradLimits& limits);

// 32 MB; VGG-16 needs 10 MB.
constexpr uint64_t kMostWinogradFloats = uint64_t{1} << 23;

// Whether it is expected to take less time than the kernels that multiply non-zeros, or all weights, one by one. Of a
// site that it fits.
bool winograd_is_faster(const Site& site, const WinogradLimits& limits);

// Fills prepared with a layout; for a weight that shares centroids, with all of it but the codebook.
Status prepare_winograd(const Site& site, const WinogradLimits& limits, MemoryBudget& budget, Prepared* prepared);

inline const WinogradLayout& winograd_layout(const Prepared& prepared) {
  return *reinterpret_cast<const WinogradLayout*>(prepared.data());
}

}  // namespace dcm
