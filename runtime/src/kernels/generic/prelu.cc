#include "kernels/generic/channel_runs.h"
#include "kernels/generic/generic_kernels.h"

namespace dcm {
namespace {

// A unit is one element.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().elements() * batch;
}

void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const float* slopes = call.site->dense(kWeight);
  const auto map = [&call](float slope, uint64_t run_begin, uint64_t run_end) {
    const float* x = call.inputs[0];
    float* __restrict y = call.outputs[0];
    for (uint64_t i = run_begin; i < run_end; ++i) y[i] = x[i] < 0.0f ? slope * x[i] : x[i];
  };
  if (call.site->weight().elements() == 1) return map(slopes[0], begin, end);
  for_each_channel_run(call.site->output(), begin, end, [&](uint64_t channel, uint64_t run_begin, uint64_t run_end) {
    map(slopes[channel], run_begin, run_end);
  });
}

}  // namespace

const Kernel kPreluGeneric = {
    "prelu_generic", OpType::kPrelu, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};

}  // namespace dcm
