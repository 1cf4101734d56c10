#if defined(__x86_64__)

#include "kernels/generic/moments.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/avx2.h"

#include "kernels/simd/norms.h"

namespace dcm {

const Kernel kNormsKernelsAvx2[] = {
    {"layer_norm_avx2", OpType::kLayerNorm, WeightForm::kNone, Isa::kAvx2, nullptr, nullptr, layer_norm_units,
     run_layer_norm},
    {"group_norm_avx2", OpType::kGroupNorm, WeightForm::kNone, Isa::kAvx2, nullptr, nullptr, group_norm_units,
     run_group_norm},
    {"local_response_norm_avx2", OpType::kLocalResponseNorm, WeightForm::kNone, Isa::kAvx2, has_roots, nullptr,
     response_units, run_local_response_norm},
    {"softmax_avx2", OpType::kSoftmax, WeightForm::kNone, Isa::kAvx2, is_along_rows, nullptr, softmax_units,
     run_softmax},
};

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
