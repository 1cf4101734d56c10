// The transforms of Winograd's minimal filtering F(6 x 6, 3 x 3) and F(4 x 4, 5 x 5), each lane on its own
// (kernels/winograd.h says what each takes and gives): included below a header that defines Simd.
//
// Toom-Cook's construction. A tile of 6 outputs along an axis, or of 4, has 8 inputs and needs 8 interpolation points:
// 0, pairs +a and -a, and infinity. The weights become the values of g0 + g1 x + g2 x^2 ... at the points; the inputs
// are transformed by the coefficients of prod (x - x_j) over all other finite points; the factors 1 / prod (x_i - x_j)
// of Lagrange's formula are left to the outputs. Each pair shares its even and its odd part. Infinity is last, and only
// the last of the outputs needs it: without it, all the rest is F(5 x 5, 3 x 3) or F(3 x 3, 5 x 5).
#pragma once

namespace dcm {
namespace {

// All factors of the transforms, computed by the compiler.
struct WinogradFactors {
  static constexpr uint32_t kMostTile = WinogradLayout::kMostTile, kSide = WinogradLayout::kSide,
                            kPairs = (kSide - 2) / 2;
  // They decide the rounding error. These were the best of a search, and exact: of random convolutions of 256 channels,
  // the largest error over the largest output is 1.3e-5; that of F(4, 3) is 2e-6, of F(7, 3) 5e-5, of F(8, 3) 1.2e-4.
  static constexpr double kPoints[kPairs] = {0.5, 1.0, 2.0};
  float point[kPairs] = {}, square[kPairs] = {};
  // Coefficients of prod (y - a^2), y = x^2, from y^kPairs down: of all pairs, and of all but one.
  float all[kPairs + 1] = {}, others[kPairs][kPairs + 1] = {};
  float zero = 0;                        // Lagrange's factor of point 0,
  float powers[kMostTile][kPairs] = {};  // and that of each pair, times a^i

  constexpr WinogradFactors() {
    multiply(kPairs, all);
    double at_zero = 1.0;
    for (uint32_t i = 0; i < kPairs; ++i) {
      const double a = kPoints[i];
      point[i] = static_cast<float>(a);
      square[i] = static_cast<float>(a * a);
      multiply(i, others[i]);
      at_zero *= -a * a;
      double factor = 2.0 * a * a;
      for (uint32_t j = 0; j < kPairs; ++j)
        if (j != i) factor *= a * a - kPoints[j] * kPoints[j];
      double power = 1.0 / factor;
      for (uint32_t k = 0; k < kMostTile; ++k, power *= a) powers[k][i] = static_cast<float>(power);
    }
    zero = static_cast<float>(1.0 / at_zero);
  }

 private:
  // Without pair `without`.
  static constexpr void multiply(uint32_t without, float* coefficients) {
    double c[kPairs + 1] = {1.0};
    uint32_t degree = 0;
    for (uint32_t j = 0; j < kPairs; ++j) {
      if (j == without) continue;
      ++degree;
      for (uint32_t k = degree; k > 0; --k) c[k] -= c[k - 1] * kPoints[j] * kPoints[j];
    }
    for (uint32_t k = 0; k <= degree; ++k) coefficients[k] = static_cast<float>(c[k]);
  }
};
constexpr WinogradFactors kWinograd = {};

inline Simd::Vector multiply_add(float a, Simd::Vector b, Simd::Vector c) {
  return Simd::multiply_add(Simd::spread(a), b, c);
}

void transform_inputs(const float* from, uint64_t from_step, float* to, uint64_t to_step, float* infinity) {
  constexpr uint32_t kSide = WinogradFactors::kSide, kPairs = WinogradFactors::kPairs;
  Simd::Vector d[kSide];
  DCM_UNROLL
  for (uint32_t i = 0; i < kSide; ++i) d[i] = Simd::load(from + i * from_step);
  Simd::Vector even = d[kSide - 2], odd = d[kSide - 1];
  DCM_UNROLL
  for (uint32_t k = 1; k <= kPairs; ++k) {
    even = multiply_add(kWinograd.all[k], d[kSide - 2 - 2 * k], even);
    odd = multiply_add(kWinograd.all[k], d[kSide - 1 - 2 * k], odd);
  }
  Simd::store(to, even);
  Simd::store(infinity, odd);
  DCM_UNROLL
  for (uint32_t i = 0; i < kPairs; ++i) {
    even = d[kSide - 2];
    odd = d[kSide - 3];
    DCM_UNROLL
    for (uint32_t k = 1; k < kPairs; ++k) {
      even = multiply_add(kWinograd.others[i][k], d[kSide - 2 - 2 * k], even);
      odd = multiply_add(kWinograd.others[i][k], d[kSide - 3 - 2 * k], odd);
    }
    Simd::store(to + (2 * i + 1) * to_step, multiply_add(kWinograd.point[i], odd, even));
    Simd::store(to + (2 * i + 2) * to_step, multiply_add(-kWinograd.point[i], odd, even));
  }
}

// The weights of an axis as even and odd powers of a pair's point: their sum is the value at +a, their difference that
// at -a.
template <uint32_t kKernel, typename Weights>
inline void split_at(uint32_t pair, Weights&& g, Simd::Vector* even, Simd::Vector* odd) {
  const float square = kWinograd.square[pair];
  *even = multiply_add(square, g(2), g(0)), *odd = g(1);
  if (kKernel == 5) {
    *even = multiply_add(square * square, g(4), *even);
    *odd = multiply_add(square, g(3), *odd);
  }
}

// kKernel weights along x to the positions of a row.
template <uint32_t kKernel>
inline void transform_weight_row(const Simd::Vector* g, bool infinity, float* to, uint64_t to_step) {
  Simd::store(to, g[0]);
  DCM_UNROLL
  for (uint32_t i = 0; i < WinogradFactors::kPairs; ++i) {
    Simd::Vector even, odd;
    split_at<kKernel>(i, [g](uint32_t x) { return g[x]; }, &even, &odd);
    Simd::store(to + (2 * i + 1) * to_step, multiply_add(kWinograd.point[i], odd, even));
    Simd::store(to + (2 * i + 2) * to_step, multiply_add(-kWinograd.point[i], odd, even));
  }
  if (infinity) Simd::store(to + (WinogradFactors::kSide - 1) * to_step, g[kKernel - 1]);
}

template <uint32_t kKernel>
void transform_weights(const float* from, uint64_t from_step, bool infinity_y, bool infinity_x, float* to,
                       uint64_t to_step) {
  constexpr uint32_t kSide = WinogradFactors::kSide;
  const uint64_t row_step = kSide * to_step;
  Simd::Vector g[kKernel][kKernel];
  DCM_UNROLL
  for (uint32_t i = 0; i < kKernel * kKernel; ++i) g[i / kKernel][i % kKernel] = Simd::load(from + i * from_step);
  transform_weight_row<kKernel>(g[0], infinity_x, to, to_step);
  for (uint32_t i = 0; i < WinogradFactors::kPairs; ++i) {
    Simd::Vector plus[kKernel], minus[kKernel];
    DCM_UNROLL
    for (uint32_t x = 0; x < kKernel; ++x) {
      Simd::Vector even, odd;
      split_at<kKernel>(i, [&g, x](uint32_t y) { return g[y][x]; }, &even, &odd);
      plus[x] = multiply_add(kWinograd.point[i], odd, even);
      minus[x] = multiply_add(-kWinograd.point[i], odd, even);
    }
    transform_weight_row<kKernel>(plus, infinity_x, to + (2 * i + 1) * row_step, to_step);
    transform_weight_row<kKernel>(minus, infinity_x, to + (2 * i + 2) * row_step, to_step);
  }
  if (infinity_y) transform_weight_row<kKernel>(g[kKernel - 1], infinity_x, to + (kSide - 1) * row_step, to_step);
}

// Along one axis: the sums of products of 7 positions, from_step apart, and of infinity to kTile outputs, each of
// which goes to take(i, output).
template <uint32_t kTile, typename Take>
inline void transform_sums_of_axis(const float* from, uint64_t from_step, const float* infinity, Take&& take) {
  constexpr uint32_t kPairs = WinogradFactors::kPairs;
  Simd::Vector even[kPairs], odd[kPairs];
  DCM_UNROLL
  for (uint32_t i = 0; i < kPairs; ++i) {
    const Simd::Vector plus = Simd::load(from + (2 * i + 1) * from_step);
    const Simd::Vector minus = Simd::load(from + (2 * i + 2) * from_step);
    even[i] = Simd::add(plus, minus);
    odd[i] = Simd::subtract(plus, minus);
  }
  DCM_UNROLL
  for (uint32_t k = 0; k < kTile; ++k) {
    const Simd::Vector* parts = k % 2 == 0 ? even : odd;
    Simd::Vector sum;
    if (k == 0)
      sum = multiply_add(kWinograd.powers[k][0], parts[0],
                         Simd::multiply(Simd::spread(kWinograd.zero), Simd::load(from)));
    else if (k + 1 == kTile)
      sum = multiply_add(kWinograd.powers[k][0], parts[0], Simd::load(infinity));
    else
      sum = Simd::multiply(Simd::spread(kWinograd.powers[k][0]), parts[0]);
    DCM_UNROLL
    for (uint32_t i = 1; i < kPairs; ++i) sum = multiply_add(kWinograd.powers[k][i], parts[i], sum);
    take(k, sum);
  }
}

template <uint32_t kTile>
void transform_sums(const float* from, uint64_t from_step, const float* infinity_x, const float* bias,
                    Activation activation, float* to, uint64_t to_step) {
  constexpr uint32_t kSide = WinogradFactors::kSide, kLanes = Simd::kLanes;
  const uint64_t row_step = kSide * from_step;
  const Clamp clamp = clamp_of(activation);
  const Simd::Vector added = Simd::load(bias);
  float rows[kTile][kSide * kLanes];
  for (uint32_t x = 0; x < kSide; ++x) {
    const float* column = x + 1 < kSide ? from + x * from_step : infinity_x;
    transform_sums_of_axis<kTile>(column, row_step, column + (kSide - 1) * row_step,
                                  [&](uint32_t y, Simd::Vector v) { Simd::store(rows[y] + x * kLanes, v); });
  }
  for (uint32_t y = 0; y < kTile; ++y, to += to_step)
    transform_sums_of_axis<kTile>(rows[y], kLanes, rows[y] + (kSide - 1) * kLanes, [&](uint32_t x, Simd::Vector v) {
      Simd::store(to + x * kLanes, Simd::clamp(Simd::add(v, added), clamp.low, clamp.high));
    });
}

}  // namespace
}  // namespace dcm
