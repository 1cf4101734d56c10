#if defined(__aarch64__)

#include <cstring>
#include <utility>

#include "kernels/generic/weight_rows.h"
#include "kernels/panel_layout.h"
#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/neon.h"

#include "kernels/simd/conv_depthwise.h"
#include "kernels/simd/conv_panels.h"

namespace dcm {

const Kernel kConv1dSparseNeon = conv_kernel<SparseProduct>("conv1d_sparse_neon", OpType::kConv1d);
const Kernel kConv1dDenseSharedNeon =
    conv_kernel<DenseProduct<WeightForm::kDenseShared>>("conv1d_dense_shared_neon", OpType::kConv1d);
const Kernel kConv1dDenseNeon = conv_kernel<DenseProduct<WeightForm::kDense>>("conv1d_dense_neon", OpType::kConv1d);
const Kernel kConv2dSparseNeon = conv_kernel<SparseProduct>("conv2d_sparse_neon", OpType::kConv2d);
const Kernel kConv2dDenseSharedNeon =
    conv_kernel<DenseProduct<WeightForm::kDenseShared>>("conv2d_dense_shared_neon", OpType::kConv2d);
const Kernel kConv2dDenseNeon = conv_kernel<DenseProduct<WeightForm::kDense>>("conv2d_dense_neon", OpType::kConv2d);
const Kernel kConv1dDepthwiseSparseNeon = depthwise_kernel<SparseRows>("conv1d_depthwise_sparse_neon", OpType::kConv1d);
const Kernel kConv1dDepthwiseDenseSharedNeon =
    depthwise_kernel<DenseSharedRows>("conv1d_depthwise_dense_shared_neon", OpType::kConv1d);
const Kernel kConv1dDepthwiseDenseNeon = depthwise_kernel<DenseRows>("conv1d_depthwise_dense_neon", OpType::kConv1d);
const Kernel kConv2dDepthwiseSparseNeon = depthwise_kernel<SparseRows>("conv2d_depthwise_sparse_neon", OpType::kConv2d);
const Kernel kConv2dDepthwiseDenseSharedNeon =
    depthwise_kernel<DenseSharedRows>("conv2d_depthwise_dense_shared_neon", OpType::kConv2d);
const Kernel kConv2dDepthwiseDenseNeon = depthwise_kernel<DenseRows>("conv2d_depthwise_dense_neon", OpType::kConv2d);

}  // namespace dcm

#endif
