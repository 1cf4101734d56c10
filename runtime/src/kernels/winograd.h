// Dense convolution by Winograd's minimal filtering (winograd_layout.h): the walk over bands, blocks and positions,
// which is the same for every instruction set, and the steps that each of them has code for (simd/winograd_steps.h).
#pragma once

#include "kernels/winograd_layout.h"

namespace dcm {

// Rows of a plane around a run of tiles. A pixel that does not exist is 0.
struct WinogradRows {
  const float* plane;
  uint32_t width, height;  // of the plane
  uint32_t row;            // the first of kSide; the unsigned numbers of rows above the plane are not below its height
  int64_t left;            // the first column
  uint32_t pixels;         // of each row
  bool more;               // another run follows on the right
};

// Vectors are of limits.lanes floats. Steps are in floats.
struct WinogradSteps {
  WinogradLimits limits;
  // sums[tile][output] = before[tile][output] + sum over channels of inputs * weights, by kind of strip. inputs: for
  // each vector of channels, a vector for each tile; weights: [channel][output].
  void (*const* multiply_strip)(const float* inputs, const float* weights, uint32_t channels, const float* before,
                                float* sums);
  // For each row, vectors of pixels that are as many vectors apart as they have lanes; rows are row_step apart.
  void (*load_rows)(const WinogradRows& rows, float* to, uint64_t row_step);
  // Exchanges rows and columns of squares of vectors: as many as have count rows.
  void (*transpose)(float* pixels, uint32_t count);
  // Along one axis: 8 vectors that are from_step apart, to 7 that are to_step apart and one for infinity. May be in
  // place.
  void (*transform_inputs)(const float* from, uint64_t from_step, float* to, uint64_t to_step, float* infinity);
  // Of 3 x 3 or 5 x 5 vectors of weights, from_step apart, to one for each position, to_step apart; those with infinity
  // along y or x only where they are wanted.
  using TransformWeights = void (*)(const float* from, uint64_t from_step, bool infinity_y, bool infinity_x, float* to,
                                    uint64_t to_step);
  TransformWeights transform_weights3, transform_weights5;
  // Of a vector of sums for each position, from_step apart, but that those with infinity along x are elsewhere: from
  // its first row on, infinity_x has them as far apart as the others. To 6 x 6 or 4 x 4 outputs in rows that are
  // to_step apart, with a vector of biases added, and clamped as the activation says.
  using TransformSums = void (*)(const float* from, uint64_t from_step, const float* infinity_x, const float* bias,
                                 Activation activation, float* to, uint64_t to_step);
  TransformSums transform_sums6, transform_sums4;
  // Elements of `width` floats from vectors that are as many vectors apart as they have lanes, to rows of a plane.
  // added: null, or rows like those, which are added before all is clamped as the activation says.
  void (*store_rows)(const float* from, uint64_t from_step, uint32_t width, uint32_t height, const float* added,
                     Activation activation, float* to, uint64_t to_step);
  // The largest of 2 x 2 elements of such rows instead. odd: the first row is the lower one of its windows, of which
  // the upper one is in `to`; a last row that is the upper one of its windows is left there, for the next call.
  void (*pool_rows)(const float* from, uint64_t from_step, uint32_t width, uint32_t height, bool odd, float* to,
                    uint64_t to_step);
  void (*activate)(Activation activation, float* x, uint64_t count);
};

// A unit is a block of outputs of a band of a group of a sample.
uint64_t winograd_units(const Site& site, uint32_t batch, const Prepared& prepared);
void run_winograd(const WinogradSteps& steps, const Call& call, uint64_t begin, uint64_t end, void* scratch);

}  // namespace dcm
