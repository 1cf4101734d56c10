// Vectors of Advanced SIMD, which every 64-bit Arm CPU has.
#include <arm_neon.h>

namespace dcm {
namespace {

struct Simd {
  static constexpr Isa kIsa = Isa::kNeon;
  static constexpr uint32_t kLanes = 4;
  static constexpr uint32_t kRegisters = 32;
  using Vector = float32x4_t;

  static Vector load(const float* p) { return vld1q_f32(p); }
  static void store(float* p, Vector v) { vst1q_f32(p, v); }
  static Vector spread(float x) { return vdupq_n_f32(x); }
  static Vector add(Vector a, Vector b) { return vaddq_f32(a, b); }
  static Vector multiply(Vector a, Vector b) { return vmulq_f32(a, b); }
  // Elements 0, 2, 4, ... and 1, 3, 5, ... of 2 * kLanes floats.
  static void split(const float* p, Vector* even, Vector* odd) {
    const float32x4x2_t both = vld2q_f32(p);
    *even = both.val[0];
    *odd = both.val[1];
  }
  // a * b + c
  static Vector multiply_add(Vector a, Vector b, Vector c) { return vfmaq_f32(c, a, b); }
  static Vector clamp(Vector v, Vector low, Vector high) { return vminq_f32(vmaxq_f32(v, low), high); }
};

}  // namespace
}  // namespace dcm
