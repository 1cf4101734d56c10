// The exponential function and what is made of it, for any instruction set: included below a header that defines Simd.
// Error bounds are of the result, relative, against the exact value of the rounded argument; they hold wherever the
// result is normal; below that it is at most FLT_MIN, times |x| where x is a factor. A NaN stays one. Tested over all
// exponents of float by exponential_test.cc.
#pragma once

namespace dcm {
namespace {

constexpr float kLog2OfE = 0x1.715476p+0f;
constexpr float kLn2High = 0x1.62e430p-1f, kLn2Low = -0x1.05c610p-29f;  // their sum is ln 2 to 2^-54

// e^x = 2^n (1 + small), |x| < 2^20.
struct Powers {
  Simd::Vector n, small;
};
// e^r - 1 = r + r^2 q(r) for |r| <= ln 2 / 2, with q of degree 4 fitted for the smallest relative error of e^r, 3.1e-9.
inline Powers powers_of(Simd::Vector x) {
  const Simd::Vector n = Simd::round(Simd::multiply(x, Simd::spread(kLog2OfE)));
  Simd::Vector r = Simd::multiply_add(n, Simd::spread(-kLn2High), x);
  r = Simd::multiply_add(n, Simd::spread(-kLn2Low), r);
  Simd::Vector q = Simd::spread(0x1.6a242cp-10f);
  q = Simd::multiply_add(q, r, Simd::spread(0x1.1239e8p-7f));
  q = Simd::multiply_add(q, r, Simd::spread(0x1.5558f2p-5f));
  q = Simd::multiply_add(q, r, Simd::spread(0x1.555492p-3f));
  q = Simd::multiply_add(q, r, Simd::spread(0x1.fffffcp-2f));
  return {n, Simd::multiply_add(Simd::multiply(r, r), q, r)};
}

// e^x, within 1.2e-7; infinite above 88.73, 0 below -104.
inline Simd::Vector exponential(Simd::Vector x) {
  const Powers powers = powers_of(Simd::clamp(x, Simd::spread(-104.0f), Simd::spread(89.0f)));
  return Simd::scale(Simd::add(powers.small, Simd::spread(1.0f)), powers.n);
}

// 1 / (1 + e^-x), within 2.5e-7.
inline Simd::Vector sigmoid_of(Simd::Vector x) {
  const Simd::Vector one = Simd::spread(1.0f);
  return Simd::divide(one, Simd::add(one, exponential(Simd::subtract(Simd::spread(0.0f), x))));
}

// x / (1 + e^-x), within 2.5e-7; NaN for minus infinity.
inline Simd::Vector silu_of(Simd::Vector x) {
  return Simd::divide(x, Simd::add(Simd::spread(1.0f), exponential(Simd::subtract(Simd::spread(0.0f), x))));
}

// With e = exp(2 x) - 1, which has all its digits near 0 too, it is e / (e + 2). Within 3e-7; from 10 on it is 1.
inline Simd::Vector tanh_of(Simd::Vector x) {
  const Simd::Vector one = Simd::spread(1.0f), two = Simd::spread(2.0f);
  const Powers powers = powers_of(Simd::clamp(Simd::add(x, x), Simd::spread(-20.0f), Simd::spread(20.0f)));
  const Simd::Vector power = Simd::scale(one, powers.n);
  const Simd::Vector e = Simd::multiply_add(power, powers.small, Simd::subtract(power, one));
  return Simd::divide(e, Simd::add(e, two));
}

// x times the normal distribution function, which for u = |x| is max(x, 0) - u erfc(u / sqrt 2) / 2, so that no digits
// are lost for negative x; within 1e-6. exp(u^2 / 2) erfc(u / sqrt 2) is a polynomial of t = 1 / (1 + 0.35 u), fitted
// for the smallest relative error, 3.2e-8, over u in 0 .. 14.5; from there on the other factor is 0.
inline Simd::Vector gelu_of(Simd::Vector x) {
  const Simd::Vector zero = Simd::spread(0.0f), one = Simd::spread(1.0f), half = Simd::spread(0.5f);
  const Simd::Vector u = Simd::clamp(Simd::absolute(x), zero, Simd::spread(14.5f));
  const Simd::Vector t = Simd::divide(one, Simd::multiply_add(u, Simd::spread(0.35f), one));
  Simd::Vector p = Simd::spread(-0x1.ddb8d0p-5f);
  p = Simd::multiply_add(p, t, Simd::spread(0x1.26f98ep-2f));
  p = Simd::multiply_add(p, t, Simd::spread(-0x1.05fa8ap-1f));
  p = Simd::multiply_add(p, t, Simd::spread(0x1.46492ap-2f));
  p = Simd::multiply_add(p, t, Simd::spread(-0x1.7c4e7ep-5f));
  p = Simd::multiply_add(p, t, Simd::spread(0x1.b057b6p-3f));
  p = Simd::multiply_add(p, t, Simd::spread(0x1.eac9c0p-3f));
  p = Simd::multiply_add(p, t, Simd::spread(0x1.1e70c2p-2f));
  p = Simd::multiply_add(p, t, Simd::spread(0x1.1df1c6p-2f));
  // What rounding u^2 takes would be too much of its exponential.
  const Simd::Vector square = Simd::multiply(u, u);
  const Simd::Vector lost = Simd::multiply_add(u, u, Simd::subtract(zero, square));
  const Simd::Vector power = exponential(Simd::multiply(square, Simd::spread(-0.5f)));
  const Simd::Vector density = Simd::multiply_add(Simd::multiply(lost, Simd::spread(-0.5f)), power, power);
  const Simd::Vector share = Simd::multiply(Simd::multiply(Simd::multiply(u, half), t), Simd::multiply(p, density));
  return Simd::subtract(Simd::clamp(x, zero, Simd::spread(__builtin_inff())), share);
}

// (1 + tanh(v)) / 2 is 1 / (1 + exp(-2 v)): one exponential, and no digits lost for negative x. Within 3e-7 and
// what rounding v takes, 5e-7 |v|.
inline Simd::Vector gelu_by_tanh_of(Simd::Vector x) {
  const Simd::Vector cube = Simd::multiply(Simd::multiply(x, x), x);
  const Simd::Vector v = Simd::multiply_add(cube, Simd::spread(0.044715f), x);
  const Simd::Vector power = exponential(Simd::multiply(v, Simd::spread(-1.59576912f)));  // -2 sqrt(2 / pi)
  return Simd::divide(x, Simd::add(Simd::spread(1.0f), power));
}

}  // namespace
}  // namespace dcm
