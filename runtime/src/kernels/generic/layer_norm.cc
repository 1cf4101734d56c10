#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/moments.h"

namespace dcm {
namespace {

// Elements that are normalised together.
uint64_t row_size(const Site& site) {
  const Shape& shape = site.output();
  return shape.product(shape.rank - site.op->attributes.layer_norm.axes, shape.rank);
}

// A unit is one row of the last axes.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().elements() / row_size(site) * batch;
}

void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const uint64_t size = row_size(*call.site);
  const float *weight = call.site->dense(kWeight), *bias = call.site->dense(kBias);
  for (uint64_t unit = begin; unit < end; ++unit) {
    const float* x = call.inputs[0] + unit * size;
    float* __restrict y = call.outputs[0] + unit * size;
    const Moments moments = measure_moments(x, size, call.site->op->attributes.layer_norm.epsilon);
    for (uint64_t i = 0; i < size; ++i) y[i] = (x[i] - moments.mean) * moments.scale + moments.shift;
    if (weight != nullptr)
      for (uint64_t i = 0; i < size; ++i) y[i] *= weight[i];
    if (bias != nullptr)
      for (uint64_t i = 0; i < size; ++i) y[i] += bias[i];
  }
}

}  // namespace

const Kernel kLayerNormGeneric = {
    "layer_norm_generic", OpType::kLayerNorm, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};

}  // namespace dcm
