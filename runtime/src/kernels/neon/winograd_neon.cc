#if defined(__aarch64__)

#include "core/unroll.h"
#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"
#include "kernels/winograd.h"

#include "kernels/simd/neon.h"

#include "kernels/simd/winograd_steps.h"

namespace dcm {

const Kernel kWinogradKernelsNeon[] = {
    winograd_kernel("conv2d_winograd_sparse_neon", WeightForm::kSparse),
    winograd_kernel("conv2d_winograd_dense_shared_neon", WeightForm::kDenseShared),
    winograd_kernel("conv2d_winograd_dense_neon", WeightForm::kDense),
};

}  // namespace dcm

#endif
