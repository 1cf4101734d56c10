// How a dense convolution is cut for Winograd's minimal filtering F(6 x 6, 3 x 3) or F(4 x 4, 5 x 5) (Winograd 1980;
// Lavin and Gray, CVPR 2016): the output is cut into tiles of 6 x 6 or 4 x 4 pixels, the 8 x 8 inputs of a tile and the
// weights of a kernel are transformed, and multiplied position by position: 64 products a channel instead of 324 or
// 400. For all tiles and kernels together that is a product of matrices for each position.
//
// Tiles that are one pixel smaller along an axis do without the last of the 8 positions along it. As many tiles as can
// be are small, so that few hang over the edge.
//
// Transformed weights are several times as many as the dense ones, so they are never kept: they are made, for some
// outputs and channels at a time, from the non-zeros, and used for a band of tiles, whose transformed inputs are in the
// scratch memory.
#pragma once

#include <algorithm>

#include "kernels/generic/convolution.h"

namespace dcm {

// What a kernel can do.
struct WinogradLimits {
  uint32_t lanes;              // floats of a vector; divides WinogradLayout::kOutputs
  uint32_t block_outputs;      // whose sums are in registers; a multiple of kOutputs
  const uint8_t* strip_tiles;  // the same of tiles: those that there is code for, the most first,
  uint32_t strip_kinds;        // and how many there are of those
};

// In products of one tile: loads of weights and of sums cost a strip as much as another tile would.
inline uint32_t strip_cost(uint32_t tiles) {
  return tiles + 1;
}
// The best kind of strips for so many tiles.
uint32_t choose_strip(const WinogradLimits& limits, uint32_t tiles);

// The tiles along an axis: `large` of so many pixels, then those that are one pixel smaller.
struct WinogradAxis {
  uint32_t tile_pixels = 0, tiles = 0, large = 0;

  WinogradAxis() = default;
  WinogradAxis(uint32_t tile_pixels, uint32_t pixels);
  // The first pixel of a tile.
  uint32_t begin(uint32_t tile) const { return (tile_pixels - 1) * tile + std::min(tile, large); }
  // The same tile or the next, whichever begins at an even pixel; or the end.
  uint32_t even(uint32_t tile) const { return tile < tiles && begin(tile) % 2 != 0 ? tile + 1 : tile; }
};

// A rectangle of tiles whose transformed inputs exist at once.
struct WinogradBand {
  uint32_t row, column, rows, columns;
  uint32_t large_rows, large_columns;
};

// A non-zero of a weight that shares centroids.
struct WinogradNonzero {
  uint8_t place, code;  // place: tap % kPartTaps * kOutputs + row % kOutputs
};

struct WinogradLayout {
  static constexpr uint32_t kSide = 8, kPositions = kSide * kSide;
  static constexpr uint32_t kMostTile = 6, kMostTaps = 25;
  static constexpr uint32_t kOutputs = 16;               // rows of the weight that are kept together
  static constexpr uint32_t kPartTaps = 256 / kOutputs;  // taps of a part: its places count in 8 bits
  // Channels whose kernels are expanded before they are transformed, so that no load waits for a store.
  static constexpr uint32_t kExpanded = 8;
  // Pixels of the tiles in a row that are transformed at once, at most.
  static constexpr uint32_t kInputPixels = 32, kOutputPixels = 48;

  uint32_t kernel;           // pixels of a side, 3 or 5
  uint32_t tile;             // the same of a large tile
  uint32_t taps, tap_parts;  // of a kernel
  bool pools;                // 2 x 2 outputs become one: bands begin at even pixels
  WinogradAxis y, x;
  uint32_t bands_y, bands_x;  // of a plane
  uint32_t band_tiles;        // of a band, at most, whole strips
  uint32_t groups;            // all that follows is of one of them
  uint32_t outputs;
  uint32_t block_outputs, output_blocks;    // outputs whose sums exist at once
  uint32_t channels, padded_channels;       // the latter: whole vectors
  uint32_t block_channels, channel_blocks;  // channels whose transformed weights exist at once: whole vectors
  uint64_t begins_at, nonzeros_at;          // bytes from the layout's own begin

  uint32_t bands() const { return bands_y * bands_x; }
  WinogradBand band(uint32_t index) const;

  // The non-zeros of kOutputs rows in a part of the taps of one channel: nonzeros()[begins()[i]] up to the next, i =
  // ((group * row_blocks() + row / kOutputs) * channels + channel) * tap_parts + tap / kPartTaps. Of a dense weight:
  // nothing.
  const uint32_t* begins() const { return at<uint32_t>(begins_at); }
  const WinogradNonzero* nonzeros() const { return at<WinogradNonzero>(nonzeros_at); }
  uint32_t row_blocks() const { return (outputs + kOutputs - 1) / kOutputs; }

  // The weights of kOutputs rows of a group, from row `output` of it on (a multiple of kOutputs), in `count` channels:
  // kernels[channel][tap][row]. Zeros beyond the group's last row.
  void expand(const Weight& weight, uint32_t group, uint32_t output, uint32_t channel, uint32_t count,
              float* kernels) const;

  // Floats from what one position has of a band, or of a block of weights, to what the next one has: an odd number of
  // vectors, so that the positions do not all fall on the same lines of a cache.
  uint64_t input_step(uint32_t lanes) const { return odd(uint64_t{band_tiles} * padded_channels, lanes); }
  uint64_t weight_step(uint32_t lanes) const { return odd(uint64_t{block_channels} * block_outputs, lanes); }
  uint64_t sum_step(uint32_t lanes) const { return odd(uint64_t{band_tiles} * block_outputs, lanes); }
  // Of all scratch memory of a thread.
  uint64_t scratch_floats(const WinogradLimits& limits) const;

 private:
  static uint64_t odd(uint64_t floats, uint32_t lanes) { return (floats / lanes | 1) * lanes; }
  template <typename T>
  const T* at(uint64_t bytes) const {
    return reinterpret_cast<const T*>(reinterpret_cast<const uint8_t*>(this) + bytes);
  }
};

// Whether the operator is such a convolution (3 x 3 or 5 x 5, stride 1, dilation 1) and its scratch memory stays
// within kMostWinogradFloats, whatever numbers the file gave. Computed in 64 bits; all else here may rely on it.
bool fits_winograd(const Site& site, const WinogradLimits& limits);

// 32 MB; VGG-16 needs 9 MB.
constexpr uint64_t kMostWinogradFloats = uint64_t{1} << 23;

// Whether the operator, a pool of the largest of 2 x 2 results, can be computed as they are written.
bool winograd_pools(const Site& site, const Op& next, const WinogradLimits& limits);

// The work of one sample. Of a site that it fits.
KernelWork winograd_work(const Site& site, const WinogradLimits& limits);

// Fills prepared with a layout; for a weight that shares centroids, with all of it but the codebook.
Status prepare_winograd(const Site& site, const WinogradLimits& limits, MemoryBudget& budget, Prepared* prepared);

// Its part for the non-zeros (winograd_weights.cc): WinogradLayout::begins() and nonzeros().
void fill_winograd_nonzeros(const Weight& weight, const WinogradLayout& layout, uint32_t* begins,
                            WinogradNonzero* nonzeros);

inline const WinogradLayout& winograd_layout(const Prepared& prepared) {
  return *reinterpret_cast<const WinogradLayout*>(prepared.data());
}

}  // namespace dcm
