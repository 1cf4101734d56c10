#if defined(__x86_64__)

#include "kernels/generic/pool_window.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/avx512.h"

#include "kernels/simd/pool.h"
#include "kernels/simd/reduce.h"

namespace dcm {

const Kernel kPoolKernelsAvx512[] = {
    {"max_pool2d_avx512", OpType::kMaxPool2d, WeightForm::kNone, Isa::kAvx512, nullptr, nullptr, plane_units,
     run_max_pool, max_pool_scratch},
    {"average_pool2d_avx512", OpType::kAveragePool2d, WeightForm::kNone, Isa::kAvx512, sums_few, nullptr, plane_units,
     run_average_pool, average_pool_scratch},
    {"adaptive_average_pool2d_avx512", OpType::kAdaptiveAveragePool2d, WeightForm::kNone, Isa::kAvx512, nullptr,
     nullptr, plane_units, run_adaptive_average_pool},
    {"reduce_avx512", OpType::kReduce, WeightForm::kNone, Isa::kAvx512, reduces_neighbours, nullptr, reduce_units,
     run_reduce},
};

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
