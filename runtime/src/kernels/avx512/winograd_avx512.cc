#if defined(__x86_64__)

#include "core/unroll.h"
#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"
#include "kernels/winograd.h"

#include "kernels/simd/avx512.h"

#include "kernels/simd/winograd_steps.h"

namespace dcm {

const Kernel kWinogradKernelsAvx512[] = {
    winograd_kernel("conv2d_winograd_sparse_avx512", WeightForm::kSparse),
    winograd_kernel("conv2d_winograd_dense_shared_avx512", WeightForm::kDenseShared),
    winograd_kernel("conv2d_winograd_dense_avx512", WeightForm::kDense),
};

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
