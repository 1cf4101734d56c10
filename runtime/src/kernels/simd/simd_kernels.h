// The kernels that are written once for vectors of any width, and made for each instruction set.
#pragma once

#include "kernels/kernel.h"

namespace dcm {

extern const Kernel kLinearSparseAvx512;
extern const Kernel kConv1dSparseAvx512;
extern const Kernel kConv1dDepthwiseSparseAvx512;
extern const Kernel kConv1dDenseSharedAvx512;
extern const Kernel kConv1dDepthwiseDenseSharedAvx512;
extern const Kernel kConv1dDenseAvx512;
extern const Kernel kConv1dDepthwiseDenseAvx512;
extern const Kernel kConv2dSparseAvx512;
extern const Kernel kConv2dDepthwiseSparseAvx512;
extern const Kernel kConv2dDenseSharedAvx512;
extern const Kernel kConv2dDepthwiseDenseSharedAvx512;
extern const Kernel kConv2dDenseAvx512;
extern const Kernel kConv2dDepthwiseDenseAvx512;
extern const Kernel kLinearSparseAvx2;
extern const Kernel kConv1dSparseAvx2;
extern const Kernel kConv1dDepthwiseSparseAvx2;
extern const Kernel kConv1dDenseSharedAvx2;
extern const Kernel kConv1dDepthwiseDenseSharedAvx2;
extern const Kernel kConv1dDenseAvx2;
extern const Kernel kConv1dDepthwiseDenseAvx2;
extern const Kernel kConv2dSparseAvx2;
extern const Kernel kConv2dDepthwiseSparseAvx2;
extern const Kernel kConv2dDenseSharedAvx2;
extern const Kernel kConv2dDepthwiseDenseSharedAvx2;
extern const Kernel kConv2dDenseAvx2;
extern const Kernel kConv2dDepthwiseDenseAvx2;
extern const Kernel kLinearSparseNeon;
extern const Kernel kConv1dSparseNeon;
extern const Kernel kConv1dDepthwiseSparseNeon;
extern const Kernel kConv1dDenseSharedNeon;
extern const Kernel kConv1dDepthwiseDenseSharedNeon;
extern const Kernel kConv1dDenseNeon;
extern const Kernel kConv1dDepthwiseDenseNeon;
extern const Kernel kConv2dSparseNeon;
extern const Kernel kConv2dDepthwiseSparseNeon;
extern const Kernel kConv2dDenseSharedNeon;
extern const Kernel kConv2dDepthwiseDenseSharedNeon;
extern const Kernel kConv2dDenseNeon;
extern const Kernel kConv2dDepthwiseDenseNeon;

}  // namespace dcm
