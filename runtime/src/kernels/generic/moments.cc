#include "kernels/generic/moments.h"

#include <cmath>

namespace dcm {
namespace {

constexpr uint32_t kLanes = 4;  // independent sums for the CPU

// The sum of f(x[i]) in double precision, since there may be many.
template <typename F>
double sum(const float* x, uint64_t count, F f) {
  double lanes[kLanes] = {};
  uint64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    for (uint32_t lane = 0; lane < kLanes; ++lane) lanes[lane] += f(double{x[i + lane]});
  for (; i < count; ++i) lanes[0] += f(double{x[i]});
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

}  // namespace

// Two passes: the difference of two large sums would lose the variance of elements far from 0.
Moments measure_moments(const float* x, uint64_t count, float epsilon) {
  const double n = static_cast<double>(count);
  const double mean = sum(x, count, [](double value) { return value; }) / n;
  const double variance = sum(x, count, [mean](double value) { return (value - mean) * (value - mean); }) / n;
  const double scale = 1.0 / std::sqrt(variance + double{epsilon});
  const float rounded = static_cast<float>(mean);
  return {rounded, static_cast<float>(scale), static_cast<float>((double{rounded} - mean) * scale)};
}

}  // namespace dcm
