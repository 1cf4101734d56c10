#include "kernels/generic/activation.h"
#include "kernels/generic/channel_runs.h"
#include "kernels/generic/generic_kernels.h"

namespace dcm {
namespace {

// A unit is one element.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().elements() * batch;
}

void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const float *weight = call.site->dense(kWeight), *bias = call.site->dense(kBias);
  const float* x = call.inputs[0];
  float* __restrict y = call.outputs[0];
  const Activation activation = call.site->op->activation;
  for_each_channel_run(call.site->output(), begin, end, [=](uint64_t channel, uint64_t run_begin, uint64_t run_end) {
    const float scale = weight[channel], shift = bias[channel];
    for (uint64_t i = run_begin; i < run_end; ++i) y[i] = scale * x[i] + shift;
    activate(activation, y + run_begin, run_end - run_begin);
  });
}

}  // namespace

const Kernel kChannelAffineGeneric = {
    "channel_affine_generic", OpType::kChannelAffine, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};

}  // namespace dcm
