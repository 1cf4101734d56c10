#include "kernels/generic/activation.h"
#include "kernels/generic/generic_kernels.h"

namespace dcm {
namespace {

// A unit is one element.
uint64_t units(const Site& site, uint32_t batch) {
  return site.output->elements() * batch;
}

void run(const Call& call, uint64_t begin, uint64_t end) {
  const float* input = call.inputs[0];
  for (uint64_t i = begin; i < end; ++i) call.output[i] = relu(input[i]);
}

}  // namespace

const Kernel kReluGeneric = {
    "relu_generic", OpType::kRelu, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};

}  // namespace dcm
