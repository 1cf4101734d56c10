#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/pool_window.h"

namespace dcm {
namespace {

// A unit is one output plane.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return uint64_t{batch} * site.output().dims[0] * site.output().dims[1];
}

using PoolWindow = float (*)(const float* input, uint64_t in_width, WindowElements y, WindowElements x);

float mean(const float* input, uint64_t in_width, WindowElements y, WindowElements x) {
  return window_sum(input, in_width, y, x) / static_cast<float>(y.count * x.count);
}

float largest(const float* input, uint64_t in_width, WindowElements y, WindowElements x) {
  Largest result;
  for (uint64_t i = 0; i < y.count; ++i) {
    const float* row = input + (y.first + i) * in_width + x.first;
    for (uint64_t j = 0; j < x.count; ++j) result.add(row[j]);
  }
  return result.result();
}

template <PoolWindow pool_window>
void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Site& site = *call.site;
  const uint64_t in_height = site.input().dims[2], in_width = site.input().dims[3];
  const uint64_t out_height = site.output().dims[2], out_width = site.output().dims[3];
  for (uint64_t unit = begin; unit < end; ++unit) {
    const float* input = call.inputs[0] + unit * in_height * in_width;
    float* output = call.outputs[0] + unit * out_height * out_width;
    for (uint64_t oy = 0; oy < out_height; ++oy) {
      const WindowElements y = adaptive_elements(oy, in_height, out_height);
      for (uint64_t ox = 0; ox < out_width; ++ox)
        *output++ = pool_window(input, in_width, y, adaptive_elements(ox, in_width, out_width));
    }
  }
}

}  // namespace

const Kernel kAdaptiveAveragePool2dGeneric = {"adaptive_average_pool2d_generic",
                                              OpType::kAdaptiveAveragePool2d,
                                              WeightForm::kNone,
                                              Isa::kGeneric,
                                              nullptr,
                                              nullptr,
                                              units,
                                              run<mean>};
const Kernel kAdaptiveMaxPool2dGeneric = {"adaptive_max_pool2d_generic",
                                          OpType::kAdaptiveMaxPool2d,
                                          WeightForm::kNone,
                                          Isa::kGeneric,
                                          nullptr,
                                          nullptr,
                                          units,
                                          run<largest>};

}  // namespace dcm
