#if defined(__x86_64__)

#include "kernels/generic/moments.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/avx512.h"

#include "kernels/simd/norms.h"

namespace dcm {

const Kernel kNormsKernelsAvx512[] = {
    {"layer_norm_avx512", OpType::kLayerNorm, WeightForm::kNone, Isa::kAvx512, nullptr, nullptr, layer_norm_units,
     run_layer_norm},
    {"group_norm_avx512", OpType::kGroupNorm, WeightForm::kNone, Isa::kAvx512, nullptr, nullptr, group_norm_units,
     run_group_norm},
    {"local_response_norm_avx512", OpType::kLocalResponseNorm, WeightForm::kNone, Isa::kAvx512, has_roots, nullptr,
     response_units, run_local_response_norm},
    {"softmax_avx512", OpType::kSoftmax, WeightForm::kNone, Isa::kAvx512, is_along_rows, nullptr, softmax_units,
     run_softmax},
};

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
