#include <cmath>

#include "kernels/generic/generic_kernels.h"

namespace dcm {
namespace {

// Elements between neighbours along the axis.
uint64_t axis_stride(const Site& site) {
  return site.output().product(site.op->attributes.softmax.axis + 1, site.output().rank);
}

// A unit is one vector along the axis.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().elements() / site.output().dims[site.op->attributes.softmax.axis] * batch;
}

void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Site& site = *call.site;
  const uint64_t stride = axis_stride(site), size = site.output().dims[site.op->attributes.softmax.axis];
  for (uint64_t unit = begin; unit < end; ++unit) {
    const uint64_t start = unit / stride * stride * size + unit % stride;
    const float* x = call.inputs[0] + start;
    float* y = call.outputs[0] + start;
    float largest = x[0];
    for (uint64_t i = 1; i < size; ++i)
      if (x[i * stride] > largest) largest = x[i * stride];
    double sum = 0.0;  // over up to 2^31 terms
    for (uint64_t i = 0; i < size; ++i) {
      y[i * stride] = std::exp(x[i * stride] - largest);
      sum += y[i * stride];
    }
    const float scale = static_cast<float>(1.0 / sum);
    for (uint64_t i = 0; i < size; ++i) y[i * stride] *= scale;
  }
}

}  // namespace

const Kernel kSoftmaxGeneric = {
    "softmax_generic", OpType::kSoftmax, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};

}  // namespace dcm
