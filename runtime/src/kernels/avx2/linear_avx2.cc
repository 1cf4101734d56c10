#if defined(__x86_64__)

#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"
#include "kernels/weight_columns.h"

#include "kernels/simd/avx2.h"

#include "kernels/simd/linear_columns.h"

namespace dcm {

const Kernel kLinearKernelsAvx2[] = {
    linear_columns("linear_sparse_avx2"),
};

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
