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
  static Vector add(Vector a, Vector b) { return _mm512_add_ps(a, b); }
  static Vector multiply(Vector a, Vector b) { return _mm512_mul_ps(a, b); }
  // Elements 0, 2, 4, ... and 1, 3, 5, ... of 2 * kLanes floats.
  static void split(const float* p, Vector* even, Vector* odd) {
    const __m512i lane = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    const Vector a = load(p), b = load(p + kLanes);
    *even = _mm512_permutex2var_ps(a, lane, b);
    *odd = _mm512_permutex2var_ps(a, _mm512_add_epi32(lane, _mm512_set1_epi32(1)), b);
  }
  // a * b + c
  static Vector multiply_add(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
  static Vector clamp(
      Vector v, Vector low,
      Vector high) {  // Masked by all ones: GCC 12 takes the plain forms for reading an uninitialised vector.
    return _mm512_maskz_min_ps(0xffff, _mm512_maskz_max_ps(0xffff, v, low), high);
  }
};

}  // namespace
}  // namespace dcm
