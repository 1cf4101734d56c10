// Functions of one element, written so that nothing overflows on the way: drivers differ in what they make of infinities.

float relu(float x) {
  return x < 0.0 ? 0.0 : x;
}
float relu6(float x) {
  return x < 0.0 ? 0.0 : x > 6.0 ? 6.0 : x;
}
float hard_sigmoid(float x) {
  return relu6(x + 3.0) / 6.0;
}
float hard_swish(float x) {
  return x * relu6(x + 3.0) / 6.0;
}
float sigmoid(float x) {
  return 1.0 / (1.0 + exp(min(-x, 87.0)));
}
float silu(float x) {
  return x / (1.0 + exp(min(-x, 87.0)));
}
float hyperbolic_tangent(float x) {
  float e = exp(-2.0 * abs(x));
  float t = abs(x) < 0.0625 ? abs(x) * (1.0 - x * x * (0.33333334 - 0.13333333 * x * x)) : (1.0 - e) / (1.0 + e);
  return x < 0.0 ? -t : t;
}
// x times the normal distribution function; erfc after Abramowitz and Stegun 7.1.26, within 2e-7.
float gelu(float x) {
  float z = min(abs(x) * 0.70710678, 9.0);
  float t = 1.0 / (1.0 + 0.3275911 * z);
  float series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  float tail = 0.5 * series * exp(-z * z);
  return x * (x < 0.0 ? tail : 1.0 - tail);
}
// (1 + tanh(u)) / 2 is sigmoid(2 u).
float gelu_by_tanh(float x) {
  return x * sigmoid(1.59576912 * (x + 0.044715 * x * x * x));
}
// C's pow: GLSL leaves that of what is not above 0 open.
float power(float x, float exponent) {
  if (exponent == 0.0 || x == 1.0) return 1.0;
  float magnitude = abs(x);
  float result;
  if (magnitude == 0.0)
    result = exponent > 0.0 ? 0.0 : uintBitsToFloat(0x7F800000u);
  else
    result = exp2(exponent * log2(magnitude));
  if (x >= 0.0) return result;
  float rounded = floor(exponent);
  if (rounded != exponent) return uintBitsToFloat(0x7FC00000u);
  return rounded - 2.0 * floor(0.5 * rounded) != 0.0 ? -result : result;
}

// The activation by its number in dcm::Activation.
float activate(float x) {
  switch (ACTIVATION) {
    case 1: return relu(x);
    case 2: return relu6(x);
    case 3: return hard_swish(x);
    case 4: return hard_sigmoid(x);
    case 5: return sigmoid(x);
    case 6: return hyperbolic_tangent(x);
    case 7: return silu(x);
    case 8: return gelu(x);
    default: return x;
  }
}
