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
  // The first count elements, less than kLanes; the others are 0, and nothing behind them is read or written.
  static Vector load_first(const float* p, uint32_t count) {
    float lanes[kLanes] = {};
    for (uint32_t i = 0; i < count; ++i) lanes[i] = p[i];
    return load(lanes);
  }
  // Elements begin .. end - 1 of a vector at p; the others are 0, and nothing there is read.
  static Vector load_range(const float* p, uint32_t begin, uint32_t end) {
    float lanes[kLanes] = {};
    for (uint32_t i = begin; i < end; ++i) lanes[i] = p[i];
    return load(lanes);
  }
  static void store_first(float* p, Vector v, uint32_t count) {
    float lanes[kLanes];
    store(lanes, v);
    for (uint32_t i = 0; i < count; ++i) p[i] = lanes[i];
  }
  static Vector keep_first(Vector v, uint32_t count) {
    const uint32_t lanes[kLanes] = {0, 1, 2, 3};
    const uint32x4_t kept = vcltq_u32(vld1q_u32(lanes), vdupq_n_u32(count));
    return vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(v), kept));
  }

  static Vector add(Vector a, Vector b) { return vaddq_f32(a, b); }
  static Vector subtract(Vector a, Vector b) { return vsubq_f32(a, b); }
  static Vector multiply(Vector a, Vector b) { return vmulq_f32(a, b); }
  static Vector divide(Vector a, Vector b) { return vdivq_f32(a, b); }
  // a * b + c
  static Vector multiply_add(Vector a, Vector b, Vector c) { return vfmaq_f32(c, a, b); }
  static Vector absolute(Vector v) { return vabsq_f32(v); }
  static Vector square_root(Vector v) { return vsqrtq_f32(v); }
  // 1 / sqrt(v) of a normal v > 0, to 2^-22: an estimate of 8 bits and two steps of Newton's.
  static Vector reciprocal_root(Vector v) {
    Vector r = vrsqrteq_f32(v);
    r = vmulq_f32(r, vrsqrtsq_f32(vmulq_f32(v, r), r));
    return vmulq_f32(r, vrsqrtsq_f32(vmulq_f32(v, r), r));
  }

  // A NaN stays one, in v.
  static Vector clamp(Vector v, Vector low, Vector high) { return vminq_f32(vmaxq_f32(v, low), high); }
  // NaN if either is.
  static Vector larger(Vector a, Vector b) { return vmaxq_f32(a, b); }
  static Vector smaller(Vector a, Vector b) { return vminq_f32(a, b); }
  using Mask = uint32x4_t;
  static Mask less(Vector a, Vector b) { return vcltq_f32(a, b); }
  static Vector select(Mask mask, Vector yes, Vector no) { return vbslq_f32(mask, yes, no); }

  // To the nearest whole number, |v| < 2^31.
  static Vector round(Vector v) { return vrndnq_f32(v); }
  // v * 2^n for a whole n in -150 .. 200 and v in 0.5 .. 2; rounded once where the result is subnormal. In two steps:
  // half of n is never too much for an exponent.
  static Vector scale(Vector v, Vector n) {
    const int32x4_t whole = vcvtq_s32_f32(n), half = vshrq_n_s32(whole, 1);
    return vmulq_f32(vmulq_f32(v, power_of_two(half)), power_of_two(vsubq_s32(whole, half)));
  }

  // Lane i of the result is lane i - 1, or i + 1; 0 where there is none.
  static Vector shift_up(Vector v) { return vextq_f32(vdupq_n_f32(0), v, 3); }
  static Vector shift_down(Vector v) { return vextq_f32(v, vdupq_n_f32(0), 1); }

  // Elements 0, 2, 4, ... and 1, 3, 5, ... of a and then b.
  static Vector even(Vector a, Vector b) { return vuzp1q_f32(a, b); }
  static Vector odd(Vector a, Vector b) { return vuzp2q_f32(a, b); }

  // Sums of many, a lane, in double precision.
  struct Sums {
    float64x2_t low, high;
  };
  static Sums no_sums() { return {vdupq_n_f64(0.0), vdupq_n_f64(0.0)}; }
  static Sums add(Sums sums, Vector v) {
    return {vaddq_f64(sums.low, vcvt_f64_f32(vget_low_f32(v))), vaddq_f64(sums.high, vcvt_high_f64_f32(v))};
  }
  static Vector rounded(Sums sums, double factor) {
    const float32x2_t low = vcvt_f32_f64(vmulq_n_f64(sums.low, factor));
    return vcombine_f32(low, vcvt_f32_f64(vmulq_n_f64(sums.high, factor)));
  }
  static double total(Sums sums) { return vaddvq_f64(vaddq_f64(sums.low, sums.high)); }

 private:
  static Vector power_of_two(int32x4_t n) {
    return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(n, vdupq_n_s32(127)), 23));
  }
};

}  // namespace
}  // namespace dcm
