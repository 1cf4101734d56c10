#if defined(__x86_64__)

#include <cstring>

#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"
#include "kernels/weight_columns.h"
#include "kernels/weight_slices.h"

#include "kernels/simd/avx512.h"

#include "kernels/simd/linear_columns.h"
#include "kernels/simd/linear_slices.h"

namespace dcm {

const Kernel kLinearKernelsAvx512[] = {
    linear_slices("linear_sparse_slices_avx512"),
    linear_columns("linear_sparse_avx512"),
};

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
