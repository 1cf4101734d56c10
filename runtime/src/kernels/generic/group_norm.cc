#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/moments.h"

namespace dcm {
namespace {

// A unit is one group of channels.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return uint64_t{site.output().dims[0]} * batch * site.op->attributes.group_norm.groups;
}

void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Shape& shape = call.site->output();
  const GroupNormAttributes& attributes = call.site->op->attributes.group_norm;
  const uint64_t channels = shape.dims[1] / attributes.groups;  // of a group
  const uint64_t size = shape.product(2, shape.rank);           // of a channel
  const float *weight = call.site->dense(kWeight), *bias = call.site->dense(kBias);
  for (uint64_t unit = begin; unit < end; ++unit) {
    const float* x = call.inputs[0] + unit * channels * size;
    float* __restrict y = call.outputs[0] + unit * channels * size;
    const Moments moments = measure_moments(x, channels * size, attributes.epsilon);
    const uint64_t first_channel = unit % attributes.groups * channels;
    for (uint64_t channel = 0; channel < channels; ++channel) {
      const float factor = weight == nullptr ? 1.0f : weight[first_channel + channel];
      const float scale = moments.scale * factor;
      const float shift = moments.shift * factor + (bias == nullptr ? 0.0f : bias[first_channel + channel]);
      for (uint64_t i = channel * size; i < (channel + 1) * size; ++i) y[i] = (x[i] - moments.mean) * scale + shift;
    }
  }
}

}  // namespace

const Kernel kGroupNormGeneric = {
    "group_norm_generic", OpType::kGroupNorm, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};

}  // namespace dcm
