// Vectors of AVX-512 (F, BW, DQ, VL: every CPU since Skylake-X and Zen 4). Everything below this header, up to
// simd/end_target.h, is compiled for it; nothing above is, so that no shared inline function may end up with
// instructions that the CPU lacks.
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")
#endif

namespace dcm {
namespace {

struct Simd {
  static constexpr Isa kIsa = Isa::kAvx512;
  static constexpr uint32_t kLanes = 16;
  static constexpr uint32_t kRegisters = 32;
  using Vector = __m512;

  static Vector load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(float* p, Vector v) { _mm512_storeu_ps(p, v); }
  static Vector spread(float x) { return _mm512_set1_ps(x); }
  // The first count elements, less than kLanes; the others are 0, and nothing behind them is read or written.
  static Vector load_first(const float* p, uint32_t count) { return _mm512_maskz_loadu_ps(first(count), p); }
  // Elements begin .. end - 1 of a vector at p; the others are 0, and nothing there is read.
  static Vector load_range(const float* p, uint32_t begin, uint32_t end) {
    return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << end) - (1u << begin)), p);
  }
  static void store_first(float* p, Vector v, uint32_t count) { _mm512_mask_storeu_ps(p, first(count), v); }
  static Vector keep_first(Vector v, uint32_t count) { return _mm512_maskz_mov_ps(first(count), v); }

  static Vector add(Vector a, Vector b) { return _mm512_add_ps(a, b); }
  static Vector subtract(Vector a, Vector b) { return _mm512_sub_ps(a, b); }
  static Vector multiply(Vector a, Vector b) { return _mm512_mul_ps(a, b); }
  static Vector divide(Vector a, Vector b) { return _mm512_div_ps(a, b); }
  // a * b + c
  static Vector multiply_add(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
  static Vector absolute(Vector v) { return _mm512_abs_ps(v); }
  // Masked by all ones, here and below: GCC 12 takes the plain forms for reading an uninitialised vector.
  static Vector square_root(Vector v) { return _mm512_maskz_sqrt_ps(0xffff, v); }
  // 1 / sqrt(v) of a normal v > 0, to 2^-22: an estimate and a step of Newton's.
  static Vector reciprocal_root(Vector v) {
    const Vector r = _mm512_maskz_rsqrt14_ps(0xffff, v), half = multiply(multiply(v, r), spread(-0.5f));
    return multiply(r, multiply_add(half, r, spread(1.5f)));
  }

  // A NaN stays one, in v.
  static Vector clamp(Vector v, Vector low, Vector high) {
    return _mm512_maskz_min_ps(0xffff, high, _mm512_maskz_max_ps(0xffff, low, v));
  }
  // NaN if either is.
  static Vector larger(Vector a, Vector b) { return _mm512_mask_max_ps(a, _mm512_cmp_ps_mask(a, a, _CMP_ORD_Q), a, b); }
  static Vector smaller(Vector a, Vector b) {
    return _mm512_mask_min_ps(a, _mm512_cmp_ps_mask(a, a, _CMP_ORD_Q), a, b);
  }
  using Mask = __mmask16;
  static Mask less(Vector a, Vector b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
  static Vector select(Mask mask, Vector yes, Vector no) { return _mm512_mask_mov_ps(no, mask, yes); }

  // To the nearest whole number, |v| < 2^31.
  static Vector round(Vector v) { return _mm512_maskz_roundscale_ps(0xffff, v, _MM_FROUND_TO_NEAREST_INT); }
  // v * 2^n for a whole n in -150 .. 200 and v in 0.5 .. 2; rounded once where the result is subnormal.
  static Vector scale(Vector v, Vector n) { return _mm512_maskz_scalef_ps(0xffff, v, n); }

  // Lane i of the result is lane i - 1, or i + 1; 0 where there is none.
  static Vector shift_up(Vector v) {
    return _mm512_castsi512_ps(_mm512_maskz_alignr_epi32(0xffff, _mm512_castps_si512(v), _mm512_setzero_si512(), 15));
  }
  static Vector shift_down(Vector v) {
    return _mm512_castsi512_ps(_mm512_maskz_alignr_epi32(0xffff, _mm512_setzero_si512(), _mm512_castps_si512(v), 1));
  }

  // Elements 0, 2, 4, ... and 1, 3, 5, ... of a and then b.
  static Vector even(Vector a, Vector b) {
    const __m512i index = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    return _mm512_permutex2var_ps(a, index, b);
  }
  static Vector odd(Vector a, Vector b) {
    const __m512i index = _mm512_set_epi32(31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
    return _mm512_permutex2var_ps(a, index, b);
  }

  // Look-ups in tables of 64 floats that are in registers, by the low 6 bits of each lane of an index.
  using Index = __m512i;
  struct Table {
    Vector quarter[4];
  };
  static Table table(const float* p) {
    return {{load(p), load(p + kLanes), load(p + 2 * kLanes), load(p + 3 * kLanes)}};
  }
  static Index load_index(const uint16_t* p) { return _mm512_loadu_si512(p); }
  template <uint32_t kBits>
  static Index shift_right(Index index) {
    return _mm512_maskz_srli_epi32(0xffff, index, kBits);
  }
  static Vector look_up(const Table& table, Index index) {
    const Vector low = look_up_low(table, index);
    const Vector high = _mm512_permutex2var_ps(table.quarter[2], index, table.quarter[3]);
    return _mm512_mask_mov_ps(low, _mm512_test_epi32_mask(index, _mm512_set1_epi32(32)), high);
  }
  // Of a table of 32 floats, by 5 bits.
  static Vector look_up_low(const Table& table, Index index) {
    return _mm512_permutex2var_ps(table.quarter[0], index, table.quarter[1]);
  }

  // Sums of many, a lane, in double precision.
  struct Sums {
    __m512d low, high;
  };
  static Sums no_sums() { return {_mm512_setzero_pd(), _mm512_setzero_pd()}; }
  static Sums add(Sums sums, Vector v) {
    return {_mm512_add_pd(sums.low, _mm512_maskz_cvtps_pd(0xff, _mm512_maskz_extractf32x8_ps(0xff, v, 0))),
            _mm512_add_pd(sums.high, _mm512_maskz_cvtps_pd(0xff, _mm512_maskz_extractf32x8_ps(0xff, v, 1)))};
  }
  static Vector rounded(Sums sums, double factor) {
    const __m512d by = _mm512_set1_pd(factor);
    const __m256 low = _mm512_maskz_cvtpd_ps(0xff, _mm512_mul_pd(sums.low, by));
    const __m256 high = _mm512_maskz_cvtpd_ps(0xff, _mm512_mul_pd(sums.high, by));
    return _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
  }
  static double total(Sums sums) {
    double lanes[8];
    _mm512_storeu_pd(lanes, _mm512_add_pd(sums.low, sums.high));
    return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
  }

 private:
  static __mmask16 first(uint32_t count) { return static_cast<__mmask16>((1u << count) - 1); }
};

}  // namespace
}  // namespace dcm
