#include "kernels/generic/activation.h"
#include "kernels/generic/generic_kernels.h"

namespace dcm {
namespace {

// A unit is one element.
uint64_t units(const Site& site, uint32_t batch) {
  return site.output->elements() * batch;
}

void run(const Call& call, uint64_t begin, uint64_t end) {
  const float *a = call.inputs[0], *b = call.inputs[1];
  for (uint64_t i = begin; i < end; ++i) call.output[i] = a[i] + b[i];
  activate(call.site->op->activation, call.output + begin, end - begin);
}

}  // namespace

const Kernel kAddGeneric = {"add_generic", OpType::kAdd, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr,
                            units,         run};

}  // namespace dcm
