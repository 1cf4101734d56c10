// How a convolution is cut for vector kernels: a unit takes some outputs (rows of the weight) and a tile of pixels, and
// meets the input channels block by block. What the weights of a block meet is first copied into a panel, which stays
// in the nearest cache, so that every weight finds the pixels it is multiplied with as whole, aligned vectors.
//
// A panel row holds, for one channel, one tap along x and one shift along y, what the tile's pixels see. There are two
// kinds. A tile may be as wide as a vector and many rows high: then one panel row serves all taps along y of a residue
// of the stride, since another tap is so many vectors further. Where the output is so narrow that this wastes much, a
// tile is a run of pixels in row-major order, and every tap has its own panel row.
#pragma once

#include "kernels/generic/convolution.h"

namespace dcm {

// The non-zeros of a row of the weight in a block of channels. Rows with as many non-zeros follow each other, so that a
// CPU foresees where a row's loop ends.
struct RowRun {
  uint16_t row;    // in the block of outputs
  uint16_t count;  // of its non-zeros
};

struct PanelLayout {
  bool shares_rows;  // the first kind of panel
  bool pointwise;    // the picture's rows are one long row
  // Pixels of a tile from one output row to the next: lanes in the first kind, else the width of the output.
  uint32_t pitch;
  uint32_t strip_vectors, strips;  // of a tile
  uint32_t tile;                   // pixels: strips * strip_vectors * lanes
  uint32_t row_floats;             // of a panel row
  uint32_t shifts;                 // panel rows of one channel and tap along x
  uint32_t channel_rows;           // panel rows of one channel
  uint32_t block_channels, blocks;
  uint32_t tile_columns, tile_bands;      // tiles of a plane, side by side and one below the other
  uint32_t group_outputs;                 // of one group
  uint32_t block_outputs, output_blocks;  // of one group
  uint32_t joined_blocks;                 // output blocks of a tile that may be computed as one, on one thread
  uint32_t kernel_area, block_columns;    // weights of a channel, of a block
  // The part of a channel that a tile sees, with zeros around it, cut by residues of the stride along x: element j of
  // phase p lies at column j * stride + p of the padded picture. Nothing if pointwise.
  uint32_t window_phases, window_rows, window_width;
  uint64_t offsets_at, begins_at, runs_at, nonzeros_at;  // bytes from the layout's own begin

  // Where in a block's panel the weight in column c of the block finds its pixels, in floats. block_columns elements.
  const uint32_t* offsets() const { return at<uint32_t>(offsets_at); }
  // Of a sparse weight: where the non-zeros of a block of outputs in a block of channels begin; the blocks of outputs
  // are counted through all groups. output blocks x blocks.
  const uint32_t* begins(uint64_t output_block) const { return at<uint32_t>(begins_at) + output_block * blocks; }
  // Of a sparse weight: the rows of a block of outputs, each as often as there are blocks of channels. row: the first
  // of the weight in the block of outputs, which has so many rows.
  const RowRun* runs(uint64_t row, uint32_t rows, uint32_t block) const {
    return at<RowRun>(runs_at) + row * blocks + uint64_t{block} * rows;
  }
  // Of a sparse weight, one a non-zero, in the order of the runs: in the low 24 bits, the vector of the panel where its
  // pixels begin; in the others, its code. One load gives both.
  const uint32_t* nonzeros() const { return at<uint32_t>(nonzeros_at); }

  // With room for one vector more than is used, since whole vectors are copied.
  uint64_t panel_floats(uint32_t lanes) const { return uint64_t{block_channels} * channel_rows * row_floats + lanes; }
  uint64_t window_floats() const { return uint64_t{window_phases} * window_rows * window_width; }
  uint64_t tiles() const { return uint64_t{tile_columns} * tile_bands; }
  uint64_t units() const { return tiles() * output_blocks; }  // of one group of one sample
  Picture flat(const Picture& picture) const;

 private:
  template <typename T>
  const T* at(uint64_t bytes) const {
    return reinterpret_cast<const T*>(reinterpret_cast<const uint8_t*>(this) + bytes);
  }
};

// What a kernel can hold.
struct PanelLimits {
  uint32_t lanes;          // floats of a vector
  uint32_t strip_vectors;  // at most, of one strip
  uint32_t panel_floats;   // the size to aim at
};

// Whether windows and panels of the site stay small, whatever numbers the file gave it: 16 MB at most, each. What does
// not fit is left to kernels that need no copies. Computed in 64 bits; all else here may rely on it.
bool fits_panels(const Site& site, const PanelLimits& limits);

// The work of one sample. Of a site that fits.
KernelWork panel_work(const Site& site, const PanelLimits& limits);

constexpr uint64_t kMostPanelFloats = uint64_t{1} << 22;
// Of each side of a picture that is copied in parts.
constexpr uint64_t kMostSide = uint64_t{1} << 30;

// Fills prepared with a layout; for a sparse weight, with all of it but the codebook.
Status prepare_panels(const Site& site, const PanelLimits& limits, MemoryBudget& budget, Prepared* prepared);

inline const PanelLayout& panel_layout(const Prepared& prepared) {
  return *reinterpret_cast<const PanelLayout*>(prepared.data());
}

}  // namespace dcm
