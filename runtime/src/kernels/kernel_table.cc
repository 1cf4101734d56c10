#include "kernels/kernel_table.h"

#include "kernels/generic/generic_kernels.h"
#include "kernels/simd/simd_kernels.h"
#include "ops/op_rule.h"

namespace dcm {
namespace {

const Kernel* const kKernels[] = {
#if defined(__x86_64__)
    &kLinearSparseAvx512,
    &kConv2dDepthwiseSparseAvx512,
    &kConv2dSparseAvx512,
    &kConv2dDepthwiseDenseSharedAvx512,
    &kConv2dDenseSharedAvx512,
    &kConv2dDepthwiseDenseAvx512,
    &kConv2dDenseAvx512,
    &kConv1dDepthwiseSparseAvx512,
    &kConv1dSparseAvx512,
    &kConv1dDepthwiseDenseSharedAvx512,
    &kConv1dDenseSharedAvx512,
    &kConv1dDepthwiseDenseAvx512,
    &kConv1dDenseAvx512,
    &kLinearSparseAvx2,
    &kConv2dDepthwiseSparseAvx2,
    &kConv2dSparseAvx2,
    &kConv2dDepthwiseDenseSharedAvx2,
    &kConv2dDenseSharedAvx2,
    &kConv2dDepthwiseDenseAvx2,
    &kConv2dDenseAvx2,
    &kConv1dDepthwiseSparseAvx2,
    &kConv1dSparseAvx2,
    &kConv1dDepthwiseDenseSharedAvx2,
    &kConv1dDenseSharedAvx2,
    &kConv1dDepthwiseDenseAvx2,
    &kConv1dDenseAvx2,
#elif defined(__aarch64__)
    &kLinearSparseNeon,
    &kConv2dDepthwiseSparseNeon,
    &kConv2dSparseNeon,
    &kConv2dDepthwiseDenseSharedNeon,
    &kConv2dDenseSharedNeon,
    &kConv2dDepthwiseDenseNeon,
    &kConv2dDenseNeon,
    &kConv1dDepthwiseSparseNeon,
    &kConv1dSparseNeon,
    &kConv1dDepthwiseDenseSharedNeon,
    &kConv1dDenseSharedNeon,
    &kConv1dDepthwiseDenseNeon,
    &kConv1dDenseNeon,
#endif
    &kLinearSparseGeneric,
    &kLinearDenseSharedGeneric,
    &kLinearDenseGeneric,
    &kConv2dPanelsSparseGeneric,
    &kConv2dPanelsDenseSharedGeneric,
    &kConv2dPanelsDenseGeneric,
    &kConv2dSparseGeneric,
    &kConv2dDenseSharedGeneric,
    &kConv2dDenseGeneric,
    &kConv1dPanelsSparseGeneric,
    &kConv1dPanelsDenseSharedGeneric,
    &kConv1dPanelsDenseGeneric,
    &kConv1dSparseGeneric,
    &kConv1dDenseSharedGeneric,
    &kConv1dDenseGeneric,
    &kConvTranspose2dSparseGeneric,
    &kConvTranspose2dDenseSharedGeneric,
    &kConvTranspose2dDenseGeneric,
    &kAveragePool2dGeneric,
    &kAdaptiveAveragePool2dGeneric,
    &kAdaptiveMaxPool2dGeneric,
    &kResize2dGeneric,
    &kMaxPool2dGeneric,
    &kReluGeneric,
    &kFlattenView,
    &kAddGeneric,
    &kSoftmaxGeneric,
    &kMatMulGeneric,
    &kReduceGeneric,
    &kPadGeneric,
    &kExpandGeneric,
    &kSliceGeneric,
    &kConcatGeneric,
    &kTransposeGeneric,
    &kReshapeView,
    &kConstantView,
    &kAttentionGeneric,
    &kEmbeddingSparseGeneric,
    &kEmbeddingDenseSharedGeneric,
    &kEmbeddingDenseGeneric,
    &kLstmSparseGeneric,
    &kLstmDenseSharedGeneric,
    &kLstmDenseGeneric,
    &kGruSparseGeneric,
    &kGruDenseSharedGeneric,
    &kGruDenseGeneric,
    &kClampGeneric,
    &kLeakyReluGeneric,
    &kPreluGeneric,
    &kHardSwishGeneric,
    &kHardSigmoidGeneric,
    &kSigmoidGeneric,
    &kTanhGeneric,
    &kSiluGeneric,
    &kGeluGeneric,
    &kExpGeneric,
    &kLogGeneric,
    &kSqrtGeneric,
    &kAbsGeneric,
    &kAffineGeneric,
    &kPowerScalarGeneric,
    &kSubtractGeneric,
    &kMultiplyGeneric,
    &kDivideGeneric,
    &kMinimumGeneric,
    &kMaximumGeneric,
    &kPowerGeneric,
    &kLayerNormGeneric,
    &kGroupNormGeneric,
    &kChannelAffineGeneric,
    &kLocalResponseNormGeneric,
};

}  // namespace

KernelTable kernel_table() {
  return {kKernels, sizeof kKernels / sizeof kKernels[0]};
}

const Kernel* find_kernel(const Site& site, Isa isa) {
  const bool any_form = op_rule(site.op->type).weights[kWeight] == WeightUse::kAnyForm;
  const WeightForm form = any_form ? site.weight().form : WeightForm::kNone;
  for (const Kernel* kernel : kernel_table())
    if (kernel->op == site.op->type && kernel->form == form && kernel->isa == isa &&
        (kernel->supports == nullptr || kernel->supports(site)))
      return kernel;
  return nullptr;
}

}  // namespace dcm
