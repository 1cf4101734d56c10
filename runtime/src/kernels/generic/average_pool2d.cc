#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/pool_window.h"

namespace dcm {
namespace {

// A unit is one output plane.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return uint64_t{batch} * site.output().dims[0] * site.output().dims[1];
}

void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Site& site = *call.site;
  const AveragePool2dAttributes& pool = site.op->attributes.average_pool2d;
  const uint64_t in_height = site.input().dims[2], in_width = site.input().dims[3];
  const uint64_t out_height = site.output().dims[2], out_width = site.output().dims[3];
  for (uint64_t unit = begin; unit < end; ++unit) {
    const float* input = call.inputs[0] + unit * in_height * in_width;
    float* output = call.outputs[0] + unit * out_height * out_width;
    for (uint64_t oy = 0; oy < out_height; ++oy) {
      const WindowElements y = window_elements(pool.y, oy, in_height);
      const uint64_t y_count = pool.count_include_pad ? padded_count(pool.y, oy, in_height) : y.count;
      for (uint64_t ox = 0; ox < out_width; ++ox) {
        const WindowElements x = window_elements(pool.x, ox, in_width);
        const uint64_t x_count = pool.count_include_pad ? padded_count(pool.x, ox, in_width) : x.count;
        const uint64_t divisor = pool.divisor != 0 ? pool.divisor : y_count * x_count;
        *output++ = window_sum(input, in_width, y, x) / static_cast<float>(divisor);
      }
    }
  }
}

}  // namespace

const Kernel kAveragePool2dGeneric = {
    "average_pool2d_generic", OpType::kAveragePool2d, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};

}  // namespace dcm
