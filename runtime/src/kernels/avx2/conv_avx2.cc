#if defined(__x86_64__)

#include <cstring>
#include <utility>

#include "kernels/generic/weight_rows.h"
#include "kernels/panel_layout.h"
#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/avx2.h"

#include "kernels/simd/conv_depthwise.h"
#include "kernels/simd/conv_panels.h"

namespace dcm {

const Kernel kConv1dSparseAvx2 = conv_kernel<SparseProduct>("conv1d_sparse_avx2", OpType::kConv1d);
const Kernel kConv1dDenseSharedAvx2 =
    conv_kernel<DenseProduct<WeightForm::kDenseShared>>("conv1d_dense_shared_avx2", OpType::kConv1d);
const Kernel kConv1dDenseAvx2 = conv_kernel<DenseProduct<WeightForm::kDense>>("conv1d_dense_avx2", OpType::kConv1d);
const Kernel kConv2dSparseAvx2 = conv_kernel<SparseProduct>("conv2d_sparse_avx2", OpType::kConv2d);
const Kernel kConv2dDenseSharedAvx2 =
    conv_kernel<DenseProduct<WeightForm::kDenseShared>>("conv2d_dense_shared_avx2", OpType::kConv2d);
const Kernel kConv2dDenseAvx2 = conv_kernel<DenseProduct<WeightForm::kDense>>("conv2d_dense_avx2", OpType::kConv2d);
const Kernel kConv1dDepthwiseSparseAvx2 = depthwise_kernel<SparseRows>("conv1d_depthwise_sparse_avx2", OpType::kConv1d);
const Kernel kConv1dDepthwiseDenseSharedAvx2 =
    depthwise_kernel<DenseSharedRows>("conv1d_depthwise_dense_shared_avx2", OpType::kConv1d);
const Kernel kConv1dDepthwiseDenseAvx2 = depthwise_kernel<DenseRows>("conv1d_depthwise_dense_avx2", OpType::kConv1d);
const Kernel kConv2dDepthwiseSparseAvx2 = depthwise_kernel<SparseRows>("conv2d_depthwise_sparse_avx2", OpType::kConv2d);
const Kernel kConv2dDepthwiseDenseSharedAvx2 =
    depthwise_kernel<DenseSharedRows>("conv2d_depthwise_dense_shared_avx2", OpType::kConv2d);
const Kernel kConv2dDepthwiseDenseAvx2 = depthwise_kernel<DenseRows>("conv2d_depthwise_dense_avx2", OpType::kConv2d);

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
