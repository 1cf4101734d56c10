// The steps of Winograd's minimal filtering (kernels/winograd.h says what each does), for any instruction set: included
// below a header that defines Simd.
#pragma once

#include "kernels/simd/clamp.h"
#include "kernels/simd/transpose.h"
#include "kernels/simd/winograd_transforms.h"

namespace dcm {
namespace {

// The sums of a strip are in registers, tiles x vectors of outputs, beside the weights of those and an input.
constexpr uint32_t kWinogradVectors = Simd::kLanes == 4 ? 4 : 2;
constexpr uint32_t kMostStripTiles = (Simd::kRegisters - 1) / kWinogradVectors - 1;

template <uint32_t kTiles>
void multiply_strip(const float* inputs, const float* weights, uint32_t channels, const float* before, float* sums) {
  constexpr uint32_t kVectors = kWinogradVectors, kLanes = Simd::kLanes;
  static_assert(kTiles <= kMostStripTiles);
  Simd::Vector s[kTiles][kVectors];
  DCM_UNROLL
  for (uint32_t t = 0; t < kTiles; ++t) {
    DCM_UNROLL
    for (uint32_t v = 0; v < kVectors; ++v) s[t][v] = Simd::load(before + (t * kVectors + v) * kLanes);
  }
  for (; channels > 0; inputs += kTiles * kLanes) {
    const uint32_t count = channels < kLanes ? channels : kLanes;
    channels -= count;
    for (uint32_t i = 0; i < count; ++i, weights += kVectors * kLanes) {
      Simd::Vector w[kVectors];
      DCM_UNROLL
      for (uint32_t v = 0; v < kVectors; ++v) w[v] = Simd::load(weights + v * kLanes);
      DCM_UNROLL
      for (uint32_t t = 0; t < kTiles; ++t) {
        const Simd::Vector x = Simd::spread(inputs[t * kLanes + i]);
        DCM_UNROLL
        for (uint32_t v = 0; v < kVectors; ++v) s[t][v] = Simd::multiply_add(w[v], x, s[t][v]);
      }
    }
  }
  DCM_UNROLL
  for (uint32_t t = 0; t < kTiles; ++t) {
    DCM_UNROLL
    for (uint32_t v = 0; v < kVectors; ++v) Simd::store(sums + (t * kVectors + v) * kLanes, s[t][v]);
  }
}

template <uint8_t... kTiles>
struct Strips {
  static constexpr uint8_t kTable[] = {kTiles...};
  static constexpr void (*kMultiply[])(const float*, const float*, uint32_t, const float*,
                                       float*) = {multiply_strip<kTiles>...};
};
template <uint32_t kLanes>
struct WinogradStripsOf;
template <>
struct WinogradStripsOf<16> : Strips<14, 13, 12, 10, 9, 8> {};
template <>
struct WinogradStripsOf<8> : Strips<6, 5, 4> {};
template <>
struct WinogradStripsOf<4> : Strips<5, 4, 3> {};  // with 6, GCC keeps some in memory
using WinogradStrips = WinogradStripsOf<Simd::kLanes>;

// Of a vector of pixels, those that lie in the picture.
struct ExistingPixels {
  uint32_t begin, end;

  // width: of the picture; x: of the first pixel, perhaps before it or behind.
  ExistingPixels(uint32_t width, int64_t x)
      : begin(static_cast<uint32_t>(x >= 0        ? 0
                                    : -x < kLanes ? -x
                                                  : kLanes)),
        end(static_cast<uint32_t>(width - x > kLanes  ? kLanes
                                  : width - x > begin ? width - x
                                                      : begin)) {}

  // The others are 0.
  Simd::Vector load(const float* from) const {
    if (end - begin == Simd::kLanes) return Simd::load(from);
    return begin == end ? Simd::spread(0.0f) : Simd::load_range(from, begin, end);
  }

 private:
  static constexpr int64_t kLanes = Simd::kLanes;
};

void load_rows(const WinogradRows& rows, float* to, uint64_t row_step) {
  for (uint32_t i = 0; i < WinogradLayout::kSide; ++i, to += row_step) {
    if (rows.row + i >= rows.height) {
      for (uint32_t x = 0; x < rows.pixels; x += Simd::kLanes) Simd::store(to + x * Simd::kLanes, Simd::spread(0.0f));
      continue;
    }
    const float* from = rows.plane + uint64_t{rows.row + i} * rows.width + rows.left;
    for (uint32_t x = 0; x < rows.pixels; x += Simd::kLanes)
      Simd::store(to + x * Simd::kLanes, ExistingPixels(rows.width, rows.left + x).load(from + x));
    if (!rows.more) continue;
    __builtin_prefetch(from + WinogradLayout::kInputPixels);  // of the next run
    __builtin_prefetch(from + WinogradLayout::kInputPixels + 16);
  }
}

void transpose_squares(float* pixels, uint32_t count) {
  for (uint32_t x = 0; x < count; x += Simd::kLanes, pixels += Simd::kLanes * Simd::kLanes) {
    Simd::Vector rows[Simd::kLanes];
    DCM_UNROLL
    for (uint32_t k = 0; k < Simd::kLanes; ++k) rows[k] = Simd::load(pixels + k * Simd::kLanes);
    transpose(rows);
    DCM_UNROLL
    for (uint32_t k = 0; k < Simd::kLanes; ++k) Simd::store(pixels + k * Simd::kLanes, rows[k]);
  }
}

inline void store_some(float* to, Simd::Vector v, uint32_t count) {
  if (count >= Simd::kLanes)
    Simd::store(to, v);
  else
    Simd::store_first(to, v, count);
}

void store_rows(const float* from, uint64_t from_step, uint32_t width, uint32_t height, const float* added,
                Activation activation, float* to, uint64_t to_step) {
  const Clamp clamp = clamp_of(activation);
  for (uint32_t i = 0; i < height; ++i, from += from_step, to += to_step)
    for (uint32_t done = 0; done < width; done += Simd::kLanes) {
      const uint32_t left = width - done;
      Simd::Vector v = Simd::load(from + done * Simd::kLanes);
      if (added != nullptr) {
        const float* there = added + i * to_step + done;
        v = Simd::add(v, left < Simd::kLanes ? Simd::load_first(there, left) : Simd::load(there));
        v = Simd::clamp(v, clamp.low, clamp.high);
      }
      store_some(to + done, v, left);
    }
}

// Both halves of two vectors, pair by pair.
inline Simd::Vector larger_pairs(Simd::Vector a, Simd::Vector b) {
  return Simd::larger(Simd::even(a, b), Simd::odd(a, b));
}

void pool_rows(const float* from, uint64_t from_step, uint32_t width, uint32_t height, bool odd, float* to,
               uint64_t to_step) {
  constexpr uint32_t kLanes = Simd::kLanes;
  for (uint32_t i = 0; i < height; to += to_step) {
    const bool joins = odd && i == 0, pair = !joins && i + 1 < height;
    for (uint32_t done = 0; done < width / 2; done += kLanes) {
      // Rows are joined before their elements, as by pools that are not fused.
      const auto vector = [&](uint32_t pixel) {
        if (pixel >= width) return Simd::spread(0.0f);
        const Simd::Vector v = Simd::load(from + pixel * kLanes);
        return pair ? Simd::larger(v, Simd::load(from + from_step + pixel * kLanes)) : v;
      };
      Simd::Vector v = larger_pairs(vector(2 * done), vector(2 * done + kLanes));
      const uint32_t left = width / 2 - done;
      if (joins) v = Simd::larger(left < kLanes ? Simd::load_first(to + done, left) : Simd::load(to + done), v);
      store_some(to + done, v, left);
    }
    const uint32_t taken = pair ? 2 : 1;
    i += taken, from += taken * from_step;
  }
}

void activate_rest(Activation activation, float* x, uint64_t count) {
  if (!is_clamp(activation)) activate<Simd::kIsa>(activation, x, count);
}

constexpr WinogradSteps kWinogradSteps = {
    {Simd::kLanes, kWinogradVectors * Simd::kLanes, WinogradStrips::kTable, sizeof WinogradStrips::kTable},
    WinogradStrips::kMultiply,
    load_rows,
    transpose_squares,
    transform_inputs,
    transform_weights<3>,
    transform_weights<5>,
    transform_sums<6>,
    transform_sums<4>,
    store_rows,
    pool_rows,
    activate_rest};

bool supports_winograd(const Site& site) {
  return fits_winograd(site, kWinogradSteps.limits);
}

KernelWork winograd_work(const Site& site) {
  return winograd_work(site, kWinogradSteps.limits);
}

Status prepare_winograd(const Site& site, MemoryBudget& budget, Prepared* prepared) {
  return prepare_winograd(site, kWinogradSteps.limits, budget, prepared);
}

bool fuses_winograd(const Site& site, const Op& next) {
  return adds_and_clamps(site, next) || winograd_pools(site, next, kWinogradSteps.limits);
}

uint64_t winograd_scratch(const Site&, const Prepared& prepared) {
  return winograd_layout(prepared).scratch_floats(kWinogradSteps.limits) * sizeof(float);
}

void run_winograd(const Call& call, uint64_t begin, uint64_t end, void* scratch) {
  run_winograd(kWinogradSteps, call, begin, end, scratch);
}

constexpr Kernel winograd_kernel(const char* name, WeightForm form) {
  return {name,
          OpType::kConv2d,
          form,
          Simd::kIsa,
          supports_winograd,
          prepare_winograd,
          winograd_units,
          run_winograd,
          winograd_scratch,
          nullptr,
          form != WeightForm::kDense,
          winograd_work,
          fuses_winograd};
}

}  // namespace
}  // namespace dcm
