// Vectors of AVX2 with FMA (every x86 CPU since Haswell and Zen). Everything below this header, up to
// simd/end_target.h, is compiled for it; nothing above is, so that no shared inline function may end up with
// instructions that the CPU lacks.
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c")
#endif

namespace dcm {
namespace {

struct Simd {
  static constexpr Isa kIsa = Isa::kAvx2;
  static constexpr uint32_t kLanes = 8;
  static constexpr uint32_t kRegisters = 16;
  using Vector = __m256;

  static Vector load(const float* p) { return _mm256_loadu_ps(p); }
  static void store(float* p, Vector v) { _mm256_storeu_ps(p, v); }
  static Vector spread(float x) { return _mm256_set1_ps(x); }
  // The first count elements, less than kLanes; the others are 0, and nothing behind them is read or written.
  static Vector load_first(const float* p, uint32_t count) { return _mm256_maskload_ps(p, first(count)); }
  // Elements begin .. end - 1 of a vector at p; the others are 0, and nothing there is read.
  static Vector load_range(const float* p, uint32_t begin, uint32_t end) {
    return _mm256_maskload_ps(p, _mm256_andnot_si256(first(begin), first(end)));
  }
  static void store_first(float* p, Vector v, uint32_t count) { _mm256_maskstore_ps(p, first(count), v); }
  static Vector keep_first(Vector v, uint32_t count) { return _mm256_and_ps(v, _mm256_castsi256_ps(first(count))); }

  static Vector add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
  static Vector subtract(Vector a, Vector b) { return _mm256_sub_ps(a, b); }
  static Vector multiply(Vector a, Vector b) { return _mm256_mul_ps(a, b); }
  static Vector divide(Vector a, Vector b) { return _mm256_div_ps(a, b); }
  // a * b + c
  static Vector multiply_add(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
  static Vector absolute(Vector v) { return _mm256_andnot_ps(spread(-0.0f), v); }
  static Vector square_root(Vector v) { return _mm256_sqrt_ps(v); }
  // 1 / sqrt(v) of a normal v > 0, to 2^-22: an estimate and a step of Newton's.
  static Vector reciprocal_root(Vector v) {
    const Vector r = _mm256_rsqrt_ps(v), half = multiply(multiply(v, r), spread(-0.5f));
    return multiply(r, multiply_add(half, r, spread(1.5f)));
  }

  // A NaN stays one, in v.
  static Vector clamp(Vector v, Vector low, Vector high) { return _mm256_min_ps(high, _mm256_max_ps(low, v)); }
  // NaN if either is: the instructions give b, so that all ones for a NaN in a make the rest.
  static Vector larger(Vector a, Vector b) {
    return _mm256_or_ps(_mm256_max_ps(a, b), _mm256_cmp_ps(a, a, _CMP_UNORD_Q));
  }
  static Vector smaller(Vector a, Vector b) {
    return _mm256_or_ps(_mm256_min_ps(a, b), _mm256_cmp_ps(a, a, _CMP_UNORD_Q));
  }
  using Mask = __m256;
  static Mask less(Vector a, Vector b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
  static Vector select(Mask mask, Vector yes, Vector no) { return _mm256_blendv_ps(no, yes, mask); }

  // To the nearest whole number, |v| < 2^31.
  static Vector round(Vector v) { return _mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
  // v * 2^n for a whole n in -150 .. 200 and v in 0.5 .. 2; rounded once where the result is subnormal. In two steps:
  // half of n is never too much for an exponent.
  static Vector scale(Vector v, Vector n) {
    const __m256i whole = _mm256_cvtps_epi32(n), half = _mm256_srai_epi32(whole, 1);
    return multiply(multiply(v, power_of_two(half)), power_of_two(_mm256_sub_epi32(whole, half)));
  }

  // Lane i of the result is lane i - 1, or i + 1; 0 where there is none.
  static Vector shift_up(Vector v) {
    return _mm256_blend_ps(_mm256_permutevar8x32_ps(v, _mm256_set_epi32(6, 5, 4, 3, 2, 1, 0, 0)), _mm256_setzero_ps(),
                           1);
  }
  static Vector shift_down(Vector v) {
    return _mm256_blend_ps(_mm256_permutevar8x32_ps(v, _mm256_set_epi32(7, 7, 6, 5, 4, 3, 2, 1)), _mm256_setzero_ps(),
                           128);
  }

  // Elements 0, 2, 4, ... and 1, 3, 5, ... of a and then b.
  static Vector even(Vector a, Vector b) { return in_order(_mm256_shuffle_ps(a, b, 0x88)); }
  static Vector odd(Vector a, Vector b) { return in_order(_mm256_shuffle_ps(a, b, 0xdd)); }

  // Sums of many, a lane, in double precision.
  struct Sums {
    __m256d low, high;
  };
  static Sums no_sums() { return {_mm256_setzero_pd(), _mm256_setzero_pd()}; }
  static Sums add(Sums sums, Vector v) {
    return {_mm256_add_pd(sums.low, _mm256_cvtps_pd(_mm256_castps256_ps128(v))),
            _mm256_add_pd(sums.high, _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1)))};
  }
  static Vector rounded(Sums sums, double factor) {
    const __m256d by = _mm256_set1_pd(factor);
    return _mm256_set_m128(_mm256_cvtpd_ps(_mm256_mul_pd(sums.high, by)), _mm256_cvtpd_ps(_mm256_mul_pd(sums.low, by)));
  }
  static double total(Sums sums) {
    double lanes[4];
    _mm256_storeu_pd(lanes, _mm256_add_pd(sums.low, sums.high));
    return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
  }

 private:
  static __m256i first(uint32_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0));
  }
  static Vector power_of_two(__m256i n) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
  }
  // Of quarters 0, 2, 1, 3.
  static Vector in_order(Vector v) { return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), 0xd8)); }
};

}  // namespace
}  // namespace dcm
