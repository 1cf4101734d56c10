#if defined(__x86_64__)

#include <cstring>

#include "kernels/generic/attention_mask.h"
#include "kernels/generic/operand_matrices.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/avx512.h"

#include "kernels/simd/attention.h"

namespace dcm {

const Kernel kMatMulAvx512 = {"mat_mul_avx512", OpType::kMatMul, WeightForm::kNone, Isa::kAvx512,
                              nullptr,          nullptr,         row_units,         run_mat_mul};
const Kernel kAttentionAvx512 = {
    "attention_avx512", OpType::kAttention, WeightForm::kNone, Isa::kAvx512, nullptr, nullptr,
    row_units,          run_attention,      attention_scratch};

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
