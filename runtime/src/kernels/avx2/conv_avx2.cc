#if defined(__x86_64__)

#include <cstring>
#include <utility>

#include "core/cpu_features.h"
#include "kernels/expansion.h"
#include "kernels/generic/weight_rows.h"
#include "kernels/panel_layout.h"
#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/avx2.h"

#include "kernels/simd/conv_depthwise.h"
#include "kernels/simd/conv_panels.h"
#include "kernels/simd/expansion_steps.h"

namespace dcm {

const Kernel kConvKernelsAvx2[] = {
    depthwise_kernel<SparseRows>("conv1d_depthwise_sparse_avx2", OpType::kConv1d),
    depthwise_kernel<DenseSharedRows>("conv1d_depthwise_dense_shared_avx2", OpType::kConv1d),
    depthwise_kernel<DenseRows>("conv1d_depthwise_dense_avx2", OpType::kConv1d),
    depthwise_kernel<SparseRows>("conv2d_depthwise_sparse_avx2", OpType::kConv2d),
    depthwise_kernel<DenseSharedRows>("conv2d_depthwise_dense_shared_avx2", OpType::kConv2d),
    depthwise_kernel<DenseRows>("conv2d_depthwise_dense_avx2", OpType::kConv2d),
    conv_kernel<SparseProduct>("conv1d_sparse_avx2", OpType::kConv1d),
    conv_kernel<DenseProduct<WeightForm::kDenseShared>>("conv1d_dense_shared_avx2", OpType::kConv1d),
    conv_kernel<DenseProduct<WeightForm::kDense>>("conv1d_dense_avx2", OpType::kConv1d),
    conv_kernel<SparseProduct>("conv2d_sparse_avx2", OpType::kConv2d),
    conv_kernel<DenseProduct<WeightForm::kDenseShared>>("conv2d_dense_shared_avx2", OpType::kConv2d),
    conv_kernel<DenseProduct<WeightForm::kDense>>("conv2d_dense_avx2", OpType::kConv2d),
    expansion_kernel("conv2d_into_depthwise_sparse_avx2"),
};

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
