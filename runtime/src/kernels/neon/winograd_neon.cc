#if defined(__aarch64__)

#include "core/unroll.h"
#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"
#include "kernels/winograd.h"

#include "kernels/simd/neon.h"

#include "kernels/simd/winograd_steps.h"

namespace dcm {

const Kernel kConv2dWinogradSparseNeon = winograd_kernel("conv2d_winograd_sparse_neon", WeightForm::kSparse);
const Kernel kConv2dWinogradDenseSharedNeon =
    winograd_kernel("conv2d_winograd_dense_shared_neon", WeightForm::kDenseShared);
const Kernel kConv2dWinogradDenseNeon = winograd_kernel("conv2d_winograd_dense_neon", WeightForm::kDense);

}  // namespace dcm

#endif
