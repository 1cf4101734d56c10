#if defined(__x86_64__)

#include "core/unroll.h"
#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"
#include "kernels/winograd.h"

#include "kernels/simd/avx2.h"

#include "kernels/simd/winograd_steps.h"

namespace dcm {

const Kernel kWinogradKernelsAvx2[] = {
    winograd_kernel("conv2d_winograd_sparse_avx2", WeightForm::kSparse),
    winograd_kernel("conv2d_winograd_dense_shared_avx2", WeightForm::kDenseShared),
    winograd_kernel("conv2d_winograd_dense_avx2", WeightForm::kDense),
};

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
