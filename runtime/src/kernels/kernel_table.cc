#include "kernels/kernel_table.h"

#include "kernels/generic/generic_kernels.h"
#include "kernels/simd/simd_kernels.h"
#include "ops/op_rule.h"

namespace dcm {
namespace {

template <uint32_t kCount>
constexpr KernelList list_of(const Kernel (&kernels)[kCount]) {
  return {kernels, kCount};
}
constexpr KernelList list_of(const Kernel& kernel) {
  return {&kernel, 1};
}

constexpr KernelList kLists[] = {
#if defined(__x86_64__)
    list_of(kLinearKernelsAvx512),
    list_of(kWinogradKernelsAvx512),
    list_of(kConvKernelsAvx512),
    list_of(kElementwiseKernelsAvx512),
    list_of(kPoolKernelsAvx512),
    list_of(kNormsKernelsAvx512),
    list_of(kMatrixKernelsAvx512),
    list_of(kLinearKernelsAvx2),
    list_of(kWinogradKernelsAvx2),
    list_of(kConvKernelsAvx2),
    list_of(kElementwiseKernelsAvx2),
    list_of(kPoolKernelsAvx2),
    list_of(kNormsKernelsAvx2),
    list_of(kMatrixKernelsAvx2),
#elif defined(__aarch64__)
    list_of(kLinearKernelsNeon),
    list_of(kWinogradKernelsNeon),
    list_of(kConvKernelsNeon),
    list_of(kElementwiseKernelsNeon),
    list_of(kPoolKernelsNeon),
    list_of(kNormsKernelsNeon),
    list_of(kMatrixKernelsNeon),
#endif
    list_of(kLinearSparseGeneric),
    list_of(kLinearDenseSharedGeneric),
    list_of(kLinearDenseGeneric),
    list_of(kConv2dPanelsSparseGeneric),
    list_of(kConv2dPanelsDenseSharedGeneric),
    list_of(kConv2dPanelsDenseGeneric),
    list_of(kConv2dSparseGeneric),
    list_of(kConv2dDenseSharedGeneric),
    list_of(kConv2dDenseGeneric),
    list_of(kConv1dPanelsSparseGeneric),
    list_of(kConv1dPanelsDenseSharedGeneric),
    list_of(kConv1dPanelsDenseGeneric),
    list_of(kConv1dSparseGeneric),
    list_of(kConv1dDenseSharedGeneric),
    list_of(kConv1dDenseGeneric),
    list_of(kConvTranspose2dSparseGeneric),
    list_of(kConvTranspose2dDenseSharedGeneric),
    list_of(kConvTranspose2dDenseGeneric),
    list_of(kAveragePool2dGeneric),
    list_of(kAdaptiveAveragePool2dGeneric),
    list_of(kAdaptiveMaxPool2dGeneric),
    list_of(kResize2dGeneric),
    list_of(kMaxPool2dGeneric),
    list_of(kReluGeneric),
    list_of(kFlattenView),
    list_of(kAddGeneric),
    list_of(kSoftmaxGeneric),
    list_of(kMatMulGeneric),
    list_of(kReduceGeneric),
    list_of(kPadGeneric),
    list_of(kExpandGeneric),
    list_of(kSliceGeneric),
    list_of(kConcatGeneric),
    list_of(kTransposeGeneric),
    list_of(kReshapeView),
    list_of(kConstantView),
    list_of(kAttentionGeneric),
    list_of(kEmbeddingSparseGeneric),
    list_of(kEmbeddingDenseSharedGeneric),
    list_of(kEmbeddingDenseGeneric),
    list_of(kLstmSparseGeneric),
    list_of(kLstmDenseSharedGeneric),
    list_of(kLstmDenseGeneric),
    list_of(kGruSparseGeneric),
    list_of(kGruDenseSharedGeneric),
    list_of(kGruDenseGeneric),
    list_of(kClampGeneric),
    list_of(kLeakyReluGeneric),
    list_of(kPreluGeneric),
    list_of(kHardSwishGeneric),
    list_of(kHardSigmoidGeneric),
    list_of(kSigmoidGeneric),
    list_of(kTanhGeneric),
    list_of(kSiluGeneric),
    list_of(kGeluGeneric),
    list_of(kExpGeneric),
    list_of(kLogGeneric),
    list_of(kSqrtGeneric),
    list_of(kAbsGeneric),
    list_of(kAffineGeneric),
    list_of(kPowerScalarGeneric),
    list_of(kSubtractGeneric),
    list_of(kMultiplyGeneric),
    list_of(kDivideGeneric),
    list_of(kMinimumGeneric),
    list_of(kMaximumGeneric),
    list_of(kPowerGeneric),
    list_of(kLayerNormGeneric),
    list_of(kGroupNormGeneric),
    list_of(kChannelAffineGeneric),
    list_of(kLocalResponseNormGeneric),
};

}  // namespace

KernelTable kernel_table() {
  return {kLists, kLists + sizeof kLists / sizeof kLists[0]};
}

bool suits(const Kernel& kernel, const Site& site) {
  const bool any_form = op_rule(site.op->type).weights[kWeight] == WeightUse::kAnyForm;
  const WeightForm form = any_form ? site.weight().form : WeightForm::kNone;
  return kernel.op == site.op->type && kernel.form == form && (kernel.supports == nullptr || kernel.supports(site));
}

}  // namespace dcm
