#if defined(__aarch64__)

#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"
#include "kernels/weight_columns.h"

#include "kernels/simd/neon.h"

#include "kernels/simd/linear_columns.h"

namespace dcm {

const Kernel kLinearKernelsNeon[] = {
    linear_columns("linear_sparse_neon"),
};

}  // namespace dcm

#endif
