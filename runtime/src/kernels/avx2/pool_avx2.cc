#if defined(__x86_64__)

#include "kernels/generic/pool_window.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/avx2.h"

#include "kernels/simd/pool.h"
#include "kernels/simd/reduce.h"

namespace dcm {

const Kernel kPoolKernelsAvx2[] = {
    {"max_pool2d_avx2", OpType::kMaxPool2d, WeightForm::kNone, Isa::kAvx2, nullptr, nullptr, plane_units, run_max_pool,
     max_pool_scratch},
    {"average_pool2d_avx2", OpType::kAveragePool2d, WeightForm::kNone, Isa::kAvx2, sums_few, nullptr, plane_units,
     run_average_pool, average_pool_scratch},
    {"adaptive_average_pool2d_avx2", OpType::kAdaptiveAveragePool2d, WeightForm::kNone, Isa::kAvx2, nullptr, nullptr,
     plane_units, run_adaptive_average_pool},
    {"reduce_avx2", OpType::kReduce, WeightForm::kNone, Isa::kAvx2, reduces_neighbours, nullptr, reduce_units,
     run_reduce},
};

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
