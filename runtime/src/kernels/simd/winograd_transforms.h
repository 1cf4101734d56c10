// The transforms of Winograd's minimal filtering F(m x m, 3 x 3), each lane on its own: included below a header that
// defines Simd.
//
// Toom-Cook's construction. A tile of m outputs along an axis has n = m + 2 inputs and needs n interpolation points:
// 0, pairs +a and -a, and, if n is even, infinity. The weights become the values of g0 + g1 x + g2 x^2 at the points;
// the inputs are transformed by the coefficients of prod (x - x_j) over all other points; the factors
// 1 / prod (x_i - x_j) of Lagrange's formula are left to the outputs. Each pair shares its even and its odd part.
#pragma once

namespace dcm {
namespace {

// The points decide the rounding error: these were the best of a search. Convolutions of 256 channels with random
// weights and inputs have a largest error, over the largest output, of 7e-6 for F(5, 3) and 1.3e-5 for F(6, 3); of
// F(7, 3) it would be 5e-5 and of F(8, 3) 1.2e-4.
template <uint32_t kTile>
struct WinogradPoints;
template <>
struct WinogradPoints<5> {
  static constexpr double kPoints[] = {0.6, 1.2, 2.5};
};
template <>
struct WinogradPoints<6> {
  static constexpr double kPoints[] = {0.5, 1.0, 2.0};
};

// All factors of the transforms, computed by the compiler.
template <uint32_t kTile>
struct WinogradFactors {
  static constexpr uint32_t kSide = kTile + 2, kPairs = (kSide - 1) / 2;
  static constexpr bool kInfinity = kSide % 2 == 0;
  float point[kPairs] = {}, square[kPairs] = {};
  // Coefficients of prod (y - a^2), y = x^2, from y^kPairs down: of all pairs, and of all but one.
  float all[kPairs + 1] = {}, others[kPairs][kPairs] = {};
  float zero = 0;                    // Lagrange's factor of point 0,
  float powers[kTile][kPairs] = {};  // and that of each pair, times a^i

  constexpr WinogradFactors() {
    const auto& points = WinogradPoints<kTile>::kPoints;
    const auto multiply = [&](uint32_t without, float* coefficients) {
      double c[kPairs + 1] = {1.0};
      uint32_t degree = 0;
      for (uint32_t j = 0; j < kPairs; ++j) {
        if (j == without) continue;
        ++degree;
        for (uint32_t k = degree; k > 0; --k) c[k] -= c[k - 1] * points[j] * points[j];
      }
      for (uint32_t k = 0; k <= degree; ++k) coefficients[k] = static_cast<float>(c[k]);
    };
    multiply(kPairs, all);
    double at_zero = 1.0;
    for (uint32_t i = 0; i < kPairs; ++i) {
      const double a = points[i];
      point[i] = static_cast<float>(a);
      square[i] = static_cast<float>(a * a);
      multiply(i, others[i]);
      at_zero *= -a * a;
      double factor = 2.0 * a * a;
      for (uint32_t j = 0; j < kPairs; ++j)
        if (j != i) factor *= a * a - points[j] * points[j];
      double power = 1.0 / factor;
      for (uint32_t k = 0; k < kTile; ++k, power *= a) powers[k][i] = static_cast<float>(power);
    }
    zero = static_cast<float>(1.0 / at_zero);
  }
};
template <uint32_t kTile>
constexpr WinogradFactors<kTile> kWinograd = {};

inline Simd::Vector multiply_add(float a, Simd::Vector b, Simd::Vector c) {
  return Simd::multiply_add(Simd::spread(a), b, c);
}

// Along one axis, whose vectors are `step` floats apart. May be in place.
template <uint32_t kTile>
void transform_inputs(const float* from, uint64_t from_step, float* to, uint64_t to_step) {
  constexpr const WinogradFactors<kTile>& f = kWinograd<kTile>;
  constexpr uint32_t kLast = 2 * f.kPairs;
  Simd::Vector d[f.kSide];
  DCM_UNROLL
  for (uint32_t i = 0; i < f.kSide; ++i) d[i] = Simd::load(from + i * from_step);
  Simd::Vector even = d[kLast], odd = d[f.kSide - 1];
  DCM_UNROLL
  for (uint32_t k = 1; k <= f.kPairs; ++k) {
    even = multiply_add(f.all[k], d[kLast - 2 * k], even);
    if (f.kInfinity) odd = multiply_add(f.all[k], d[kLast + 1 - 2 * k], odd);
  }
  Simd::store(to, even);
  if (f.kInfinity) Simd::store(to + (f.kSide - 1) * to_step, odd);
  DCM_UNROLL
  for (uint32_t i = 0; i < f.kPairs; ++i) {
    even = d[kLast];
    odd = d[kLast - 1];
    DCM_UNROLL
    for (uint32_t k = 1; k < f.kPairs; ++k) {
      even = multiply_add(f.others[i][k], d[kLast - 2 * k], even);
      odd = multiply_add(f.others[i][k], d[kLast - 1 - 2 * k], odd);
    }
    Simd::store(to + (2 * i + 1) * to_step, multiply_add(f.point[i], odd, even));
    Simd::store(to + (2 * i + 2) * to_step, multiply_add(-f.point[i], odd, even));
  }
}

// 3 weights along x to the positions of a row.
template <uint32_t kTile>
inline void transform_weight_row(const Simd::Vector* g, float* to, uint64_t to_step) {
  constexpr const WinogradFactors<kTile>& f = kWinograd<kTile>;
  Simd::store(to, g[0]);
  if (f.kInfinity) Simd::store(to + (f.kSide - 1) * to_step, g[2]);
  DCM_UNROLL
  for (uint32_t i = 0; i < f.kPairs; ++i) {
    const Simd::Vector even = multiply_add(f.square[i], g[2], g[0]);
    Simd::store(to + (2 * i + 1) * to_step, multiply_add(f.point[i], g[1], even));
    Simd::store(to + (2 * i + 2) * to_step, multiply_add(-f.point[i], g[1], even));
  }
}

// Of 3 x 3 vectors of weights, from_step apart, to one for each position, to_step apart.
template <uint32_t kTile>
void transform_weights(const float* from, uint64_t from_step, float* to, uint64_t to_step) {
  constexpr const WinogradFactors<kTile>& f = kWinograd<kTile>;
  const uint64_t row_step = f.kSide * to_step;
  Simd::Vector g[3][3];
  DCM_UNROLL
  for (uint32_t i = 0; i < 9; ++i) g[i / 3][i % 3] = Simd::load(from + i * from_step);
  transform_weight_row<kTile>(g[0], to, to_step);
  for (uint32_t i = 0; i < f.kPairs; ++i) {
    Simd::Vector plus[3], minus[3];
    DCM_UNROLL
    for (uint32_t x = 0; x < 3; ++x) {
      const Simd::Vector even = multiply_add(f.square[i], g[2][x], g[0][x]);
      plus[x] = multiply_add(f.point[i], g[1][x], even);
      minus[x] = multiply_add(-f.point[i], g[1][x], even);
    }
    transform_weight_row<kTile>(plus, to + (2 * i + 1) * row_step, to_step);
    transform_weight_row<kTile>(minus, to + (2 * i + 2) * row_step, to_step);
  }
  if (f.kInfinity) transform_weight_row<kTile>(g[2], to + (f.kSide - 1) * row_step, to_step);
}

// Along one axis: the sums of products of its positions to outputs, each of which goes to take(i, output).
template <uint32_t kTile, typename Take>
inline void transform_sums_of_axis(const float* from, uint64_t from_step, Take&& take) {
  constexpr const WinogradFactors<kTile>& f = kWinograd<kTile>;
  Simd::Vector even[f.kPairs], odd[f.kPairs];
  DCM_UNROLL
  for (uint32_t i = 0; i < f.kPairs; ++i) {
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
      sum = multiply_add(f.powers[k][0], parts[0], Simd::multiply(Simd::spread(f.zero), Simd::load(from)));
    else if (f.kInfinity && k + 1 == kTile)
      sum = multiply_add(f.powers[k][0], parts[0], Simd::load(from + (f.kSide - 1) * from_step));
    else
      sum = Simd::multiply(Simd::spread(f.powers[k][0]), parts[0]);
    DCM_UNROLL
    for (uint32_t i = 1; i < f.kPairs; ++i) sum = multiply_add(f.powers[k][i], parts[i], sum);
    take(k, sum);
  }
}

// What is done with results in registers.
struct WinogradEnd {
  Simd::Vector bias, low, high;
};

// Of a vector of sums for each position, from_step apart, to m x m outputs in rows that are to_step apart.
template <uint32_t kTile>
void transform_sums(const float* from, uint64_t from_step, const WinogradEnd& end, float* to, uint64_t to_step) {
  constexpr uint32_t kSide = kTile + 2;
  float rows[kTile][kSide * Simd::kLanes];
  for (uint32_t x = 0; x < kSide; ++x)
    transform_sums_of_axis<kTile>(from + x * from_step, kSide * from_step,
                                  [&](uint32_t y, Simd::Vector v) { Simd::store(rows[y] + x * Simd::kLanes, v); });
  for (uint32_t y = 0; y < kTile; ++y, to += to_step)
    transform_sums_of_axis<kTile>(rows[y], Simd::kLanes, [&](uint32_t x, Simd::Vector v) {
      Simd::store(to + x * Simd::kLanes, Simd::clamp(Simd::add(v, end.bias), end.low, end.high));
    });
}

// The transforms of tiles of one size.
struct WinogradTransforms {
  void (*inputs)(const float* from, uint64_t from_step, float* to, uint64_t to_step);
  void (*weights)(const float* from, uint64_t from_step, float* to, uint64_t to_step);
  void (*sums)(const float* from, uint64_t from_step, const WinogradEnd& end, float* to, uint64_t to_step);
};
template <uint32_t kTile>
constexpr WinogradTransforms kWinogradTransforms = {transform_inputs<kTile>, transform_weights<kTile>,
                                                    transform_sums<kTile>};

}  // namespace
}  // namespace dcm
