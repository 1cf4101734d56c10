#include <algorithm>
#include <limits>

#include "core/checked.h"
#include "kernels/generic/generic_kernels.h"

namespace dcm {
namespace {

// A unit is one output plane.
uint64_t units(const Site& site, uint32_t batch) {
  return uint64_t{batch} * site.output->dims[0] * site.output->dims[1];
}

// The taps of window o that meet the input: input elements first, first + dilation, ..., count of them, at least one.
struct Taps {
  uint64_t first, count;
};

Taps taps_of(const WindowAxis& window, uint64_t o, uint64_t inputs) {
  const int64_t start = static_cast<int64_t>(o * window.stride) - window.pad_before;
  if (start >= 0 && static_cast<uint64_t>(start) + window.extent() <= inputs)
    return {static_cast<uint64_t>(start), window.kernel};
  const uint64_t before = start >= 0 ? 0 : ceil_div(static_cast<uint64_t>(-start), window.dilation);
  const uint64_t first = static_cast<uint64_t>(start + static_cast<int64_t>(before * window.dilation));
  return {first, std::min<uint64_t>(window.kernel - before, ceil_div(inputs - first, window.dilation))};
}

void run(const Call& call, uint64_t begin, uint64_t end) {
  const Site& site = *call.site;
  const WindowAxis &window_y = site.op->max_pool2d.y, &window_x = site.op->max_pool2d.x;
  const uint64_t in_height = site.inputs[0]->dims[2], in_width = site.inputs[0]->dims[3];
  const uint64_t out_height = site.output->dims[2], out_width = site.output->dims[3];
  for (uint64_t unit = begin; unit < end; ++unit) {
    const float* input = call.inputs[0] + unit * in_height * in_width;
    float* output = call.output + unit * out_height * out_width;
    for (uint64_t oy = 0; oy < out_height; ++oy) {
      const Taps y = taps_of(window_y, oy, in_height);
      for (uint64_t ox = 0; ox < out_width; ++ox) {
        const Taps x = taps_of(window_x, ox, in_width);
        float largest = input[y.first * in_width + x.first];
        bool any_nan = false;
        for (uint64_t i = 0; i < y.count; ++i) {
          const float* row = input + (y.first + i * window_y.dilation) * in_width + x.first;
          for (uint64_t j = 0; j < x.count; ++j) {  // no branch on the data: it would be mispredicted half the time
            const float value = row[j * window_x.dilation];
            largest = value > largest ? value : largest;
            any_nan |= value != value;
          }
        }
        if (any_nan) largest = std::numeric_limits<float>::quiet_NaN();
        *output++ = largest;
      }
    }
  }
}

}  // namespace

const Kernel kMaxPool2dGeneric = {
    "max_pool2d_generic", OpType::kMaxPool2d, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};

}  // namespace dcm
