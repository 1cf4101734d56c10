#if defined(__aarch64__)

#include "kernels/generic/moments.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/neon.h"

#include "kernels/simd/norms.h"

namespace dcm {

const Kernel kNormsKernelsNeon[] = {
    {"layer_norm_neon", OpType::kLayerNorm, WeightForm::kNone, Isa::kNeon, nullptr, nullptr, layer_norm_units,
     run_layer_norm},
    {"group_norm_neon", OpType::kGroupNorm, WeightForm::kNone, Isa::kNeon, nullptr, nullptr, group_norm_units,
     run_group_norm},
    {"local_response_norm_neon", OpType::kLocalResponseNorm, WeightForm::kNone, Isa::kNeon, has_roots, nullptr,
     response_units, run_local_response_norm},
    {"softmax_neon", OpType::kSoftmax, WeightForm::kNone, Isa::kNeon, is_along_rows, nullptr, softmax_units,
     run_softmax},
};

}  // namespace dcm

#endif
