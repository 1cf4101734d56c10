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
  const WindowAxis &window_y = site.op->attributes.max_pool2d.y, &window_x = site.op->attributes.max_pool2d.x;
  const uint64_t in_height = site.input().dims[2], in_width = site.input().dims[3];
  const uint64_t out_height = site.output().dims[2], out_width = site.output().dims[3];
  for (uint64_t unit = begin; unit < end; ++unit) {
    const float* input = call.inputs[0] + unit * in_height * in_width;
    float* output = call.outputs[0] + unit * out_height * out_width;
    for (uint64_t oy = 0; oy < out_height; ++oy) {
      const WindowElements y = window_elements(window_y, oy, in_height);
      for (uint64_t ox = 0; ox < out_width; ++ox) {
        const WindowElements x = window_elements(window_x, ox, in_width);
        Largest largest;
        for (uint64_t i = 0; i < y.count; ++i) {
          const float* row = input + (y.first + i * window_y.dilation) * in_width + x.first;
          for (uint64_t j = 0; j < x.count; ++j) largest.add(row[j * window_x.dilation]);
        }
        *output++ = largest.result();
      }
    }
  }
}

}  // namespace

const Kernel kMaxPool2dGeneric = {
    "max_pool2d_generic", OpType::kMaxPool2d, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};

}  // namespace dcm
