#if defined(__aarch64__)

#include "kernels/generic/pool_window.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/neon.h"

#include "kernels/simd/pool.h"
#include "kernels/simd/reduce.h"

namespace dcm {

const Kernel kPoolKernelsNeon[] = {
    {"max_pool2d_neon", OpType::kMaxPool2d, WeightForm::kNone, Isa::kNeon, nullptr, nullptr, plane_units, run_max_pool,
     max_pool_scratch},
    {"average_pool2d_neon", OpType::kAveragePool2d, WeightForm::kNone, Isa::kNeon, sums_few, nullptr, plane_units,
     run_average_pool, average_pool_scratch},
    {"adaptive_average_pool2d_neon", OpType::kAdaptiveAveragePool2d, WeightForm::kNone, Isa::kNeon, nullptr, nullptr,
     plane_units, run_adaptive_average_pool},
    {"reduce_neon", OpType::kReduce, WeightForm::kNone, Isa::kNeon, reduces_neighbours, nullptr, reduce_units,
     run_reduce},
};

}  // namespace dcm

#endif
