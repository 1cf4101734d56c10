// The reference kernels: portable C++ for every operator and form of weight. Every faster kernel is tested against
// them.
#pragma once

#include "kernels/kernel.h"

namespace dcm {

extern const Kernel kLinearSparseGeneric;
extern const Kernel kLinearDenseSharedGeneric;
extern const Kernel kLinearDenseGeneric;
extern const Kernel kConv2dSparseGeneric;
extern const Kernel kConv2dDenseSharedGeneric;
extern const Kernel kConv2dDenseGeneric;
extern const Kernel kConv2dPanelsSparseGeneric;
extern const Kernel kConv2dPanelsDenseSharedGeneric;
extern const Kernel kConv2dPanelsDenseGeneric;
extern const Kernel kConv1dPanelsSparseGeneric;
extern const Kernel kConv1dPanelsDenseSharedGeneric;
extern const Kernel kConv1dPanelsDenseGeneric;
extern const Kernel kConv1dSparseGeneric;
extern const Kernel kConv1dDenseSharedGeneric;
extern const Kernel kConv1dDenseGeneric;
extern const Kernel kConvTranspose2dSparseGeneric;
extern const Kernel kConvTranspose2dDenseSharedGeneric;
extern const Kernel kConvTranspose2dDenseGeneric;
extern const Kernel kAveragePool2dGeneric;
extern const Kernel kAdaptiveAveragePool2dGeneric;
extern const Kernel kAdaptiveMaxPool2dGeneric;
extern const Kernel kResize2dGeneric;
extern const Kernel kMaxPool2dGeneric;
extern const Kernel kReluGeneric;
extern const Kernel kFlattenView;
extern const Kernel kAddGeneric;
extern const Kernel kSoftmaxGeneric;
extern const Kernel kMatMulGeneric;
extern const Kernel kReduceGeneric;
extern const Kernel kPadGeneric;
extern const Kernel kExpandGeneric;
extern const Kernel kSliceGeneric;
extern const Kernel kConcatGeneric;
extern const Kernel kTransposeGeneric;
extern const Kernel kReshapeView;
extern const Kernel kConstantView;
extern const Kernel kAttentionGeneric;
extern const Kernel kEmbeddingSparseGeneric;
extern const Kernel kEmbeddingDenseSharedGeneric;
extern const Kernel kEmbeddingDenseGeneric;
extern const Kernel kLstmSparseGeneric;
extern const Kernel kLstmDenseSharedGeneric;
extern const Kernel kLstmDenseGeneric;
extern const Kernel kGruSparseGeneric;
extern const Kernel kGruDenseSharedGeneric;
extern const Kernel kGruDenseGeneric;
extern const Kernel kClampGeneric;
extern const Kernel kLeakyReluGeneric;
extern const Kernel kPreluGeneric;
extern const Kernel kHardSwishGeneric;
extern const Kernel kHardSigmoidGeneric;
extern const Kernel kSigmoidGeneric;
extern const Kernel kTanhGeneric;
extern const Kernel kSiluGeneric;
extern const Kernel kGeluGeneric;
extern const Kernel kExpGeneric;
extern const Kernel kLogGeneric;
extern const Kernel kSqrtGeneric;
extern const Kernel kAbsGeneric;
extern const Kernel kAffineGeneric;
extern const Kernel kPowerScalarGeneric;
extern const Kernel kSubtractGeneric;
extern const Kernel kMultiplyGeneric;
extern const Kernel kDivideGeneric;
extern const Kernel kMinimumGeneric;
extern const Kernel kMaximumGeneric;
extern const Kernel kPowerGeneric;
extern const Kernel kLayerNormGeneric;
extern const Kernel kGroupNormGeneric;
extern const Kernel kChannelAffineGeneric;
extern const Kernel kLocalResponseNormGeneric;

}  // namespace dcm
