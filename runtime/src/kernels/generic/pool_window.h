// What the pools have in common: where their windows meet the input, and what they make of the elements.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/checked.h"
#include "ops/window.h"

namespace dcm {

// The input elements of an axis that a window holds: first, first + dilation, ..., count of them, at least one.
struct WindowElements {
  uint64_t first, count;
};

// Of window o. The window holds an element of the input: its operator's rule has seen to that.
inline WindowElements window_elements(const WindowAxis& window, uint64_t o, uint64_t inputs) {
  const int64_t start = static_cast<int64_t>(o * window.stride) - window.pad_before;
  if (start >= 0 && static_cast<uint64_t>(start) + window.extent() <= inputs)
    return {static_cast<uint64_t>(start), window.kernel};
  const uint64_t before = start >= 0 ? 0 : ceil_div(static_cast<uint64_t>(-start), window.dilation);
  const uint64_t first = static_cast<uint64_t>(start + static_cast<int64_t>(before * window.dilation));
  return {first, std::min<uint64_t>(window.kernel - before, ceil_div(inputs - first, window.dilation))};
}

// How many positions of window o of an average pool lie inside the padded input. Those after it come of ceil_mode.
inline uint64_t padded_count(const WindowAxis& window, uint64_t o, uint64_t inputs) {
  return std::min<uint64_t>(window.kernel, inputs + window.pad_before + window.pad_after - o * window.stride);
}

// Of window o of an adaptive pool with `outputs` windows.
inline WindowElements adaptive_elements(uint64_t o, uint64_t inputs, uint64_t outputs) {
  const uint64_t first = o * inputs / outputs;
  return {first, ceil_div((o + 1) * inputs, outputs) - first};
}

// The largest of the elements that are added, or NaN if one of them is. There is no branch on the data: it would be
// mispredicted half the time.
class Largest {
 public:
  void add(float x) {
    largest_ = x > largest_ ? x : largest_;
    any_nan_ |= x != x;
  }
  float result() const { return any_nan_ ? std::numeric_limits<float>::quiet_NaN() : largest_; }

 private:
  float largest_ = -std::numeric_limits<float>::infinity();
  bool any_nan_ = false;
};

// The sum of a window of rows that are in_width apart. Each row has a sum of its own, which keeps the rounding error
// small where a window is the whole picture.
inline float window_sum(const float* input, uint64_t in_width, WindowElements y, WindowElements x) {
  constexpr uint32_t kLanes = 8;
  float sum = 0.0f;
  for (uint64_t i = 0; i < y.count; ++i) {
    const float* row = input + (y.first + i) * in_width + x.first;
    float row_sum = 0.0f;
    uint64_t j = 0;
    if (x.count >= 2 * kLanes) {
      float lanes[kLanes] = {};
      for (; j + kLanes <= x.count; j += kLanes)
        for (uint32_t lane = 0; lane < kLanes; ++lane) lanes[lane] += row[j + lane];
      for (const float lane : lanes) row_sum += lane;
    }
    for (; j < x.count; ++j) row_sum += row[j];
    sum += row_sum;
  }
  return sum;
}

}  // namespace dcm
