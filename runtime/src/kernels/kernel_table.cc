#include "kernels/kernel_table.h"

#include "kernels/generic/generic_kernels.h"

namespace dcm {
namespace {

constexpr const Kernel* kKernels[] = {
    &kLinearSparseGeneric,
    &kLinearDenseSharedGeneric,
    &kLinearDenseGeneric,
    &kConv2dSparseGeneric,
    &kConv2dDenseSharedGeneric,
    &kConv2dDenseGeneric,
    &kMaxPool2dGeneric,
    &kReluGeneric,
    &kFlattenView,
    &kAddGeneric,
    &kSoftmaxGeneric,
};

}  // namespace

KernelTable kernel_table() {
  return {kKernels, sizeof kKernels / sizeof kKernels[0]};
}

const Kernel* find_kernel(const Site& site, Isa isa) {
  const WeightForm form = site.weight == nullptr ? WeightForm::kNone : site.weight->form;
  for (const Kernel* kernel : kernel_table())
    if (kernel->op == site.op->type && kernel->form == form && kernel->isa == isa &&
        (kernel->supports == nullptr || kernel->supports(site)))
      return kernel;
  return nullptr;
}

}  // namespace dcm
