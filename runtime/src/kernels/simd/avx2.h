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
  static Vector add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
  static Vector multiply(Vector a, Vector b) { return _mm256_mul_ps(a, b); }
  // Elements 0, 2, 4, ... and 1, 3, 5, ... of 2 * kLanes floats.
  static void split(const float* p, Vector* even, Vector* odd) {
    const Vector a = load(p), b = load(p + kLanes);
    const __m256d e = _mm256_castps_pd(_mm256_shuffle_ps(a, b, 0x88)),
                  o = _mm256_castps_pd(_mm256_shuffle_ps(a, b, 0xdd));
    *even = _mm256_castpd_ps(_mm256_permute4x64_pd(e, 0xd8));
    *odd = _mm256_castpd_ps(_mm256_permute4x64_pd(o, 0xd8));
  }
  // a * b + c
  static Vector multiply_add(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
  static Vector clamp(Vector v, Vector low, Vector high) { return _mm256_min_ps(_mm256_max_ps(v, low), high); }
};

}  // namespace
}  // namespace dcm
