// Products of matrices for any instruction set: included below a header that defines Simd. Each element is one sum in
// order of k, whatever tile it lies in, so results depend neither on the number of rows nor on where they begin.
#pragma once

#include "core/unroll.h"

namespace dcm {
namespace {

// Rows and vectors of a tile: their sums, a vector of each and a number take the registers.
constexpr uint32_t kTileRows = Simd::kRegisters == 32 ? 8 : 4, kTileVectors = 3;

// Row-major; elements from one row to the next.
struct Rows {
  const float* from;
  uint64_t step;
};

// y [kTall, vectors] = a [kTall, k] b [k, vectors]. kPart: of the only vector, the first `part` elements.
template <uint32_t kTall, uint32_t kWide, bool kPart>
void multiply_tile(Rows a, Rows b, uint64_t k, float* y, uint64_t y_step, uint32_t part) {
  Simd::Vector sums[kTall][kWide];
  DCM_UNROLL
  for (uint32_t r = 0; r < kTall; ++r) {
    DCM_UNROLL
    for (uint32_t t = 0; t < kWide; ++t) sums[r][t] = Simd::spread(0.0f);
  }
  for (uint64_t i = 0; i < k; ++i) {
    const float* from = b.from + i * b.step;
    Simd::Vector v[kWide];
    DCM_UNROLL
    for (uint32_t t = 0; t < kWide; ++t)
      v[t] = kPart ? Simd::load_first(from, part) : Simd::load(from + t * Simd::kLanes);
    DCM_UNROLL
    for (uint32_t r = 0; r < kTall; ++r) {
      const Simd::Vector factor = Simd::spread(a.from[r * a.step + i]);
      DCM_UNROLL
      for (uint32_t t = 0; t < kWide; ++t) sums[r][t] = Simd::multiply_add(factor, v[t], sums[r][t]);
    }
  }
  DCM_UNROLL
  for (uint32_t r = 0; r < kTall; ++r) {
    DCM_UNROLL
    for (uint32_t t = 0; t < kWide; ++t) {
      float* to = y + r * y_step + t * Simd::kLanes;
      if (kPart)
        Simd::store_first(to, sums[r][t], part);
      else
        Simd::store(to, sums[r][t]);
    }
  }
}

// All rows of y for some of its columns.
template <uint32_t kWide, bool kPart>
void multiply_columns(Rows a, uint64_t rows, Rows b, uint64_t k, float* y, uint64_t y_step, uint32_t part) {
  for (; rows >= kTileRows; rows -= kTileRows) {
    multiply_tile<kTileRows, kWide, kPart>(a, b, k, y, y_step, part);
    a.from += kTileRows * a.step;
    y += kTileRows * y_step;
  }
  for (; rows > 0; --rows) {
    multiply_tile<1, kWide, kPart>(a, b, k, y, y_step, part);
    a.from += a.step;
    y += y_step;
  }
}

// y [rows, n] = a [rows, k] b [k, n]. Columns first: those of b stay in a near cache for all rows of a.
void multiply(Rows a, uint64_t rows, Rows b, uint64_t k, uint64_t n, float* y, uint64_t y_step) {
  if (n < Simd::kLanes) return multiply_columns<1, true>(a, rows, b, k, y, y_step, static_cast<uint32_t>(n));
  uint64_t column = 0;
  for (; column + kTileVectors * Simd::kLanes <= n; column += kTileVectors * Simd::kLanes)
    multiply_columns<kTileVectors, false>(a, rows, {b.from + column, b.step}, k, y + column, y_step, 0);
  while (column < n) {
    if (column + Simd::kLanes > n) column = n - Simd::kLanes;  // some of them once more, with the same results
    multiply_columns<1, false>(a, rows, {b.from + column, b.step}, k, y + column, y_step, 0);
    column += Simd::kLanes;
  }
}

}  // namespace
}  // namespace dcm
