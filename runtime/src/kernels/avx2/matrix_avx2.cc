#if defined(__x86_64__)

#include <cstring>

#include "kernels/generic/attention_mask.h"
#include "kernels/generic/operand_matrices.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/avx2.h"

#include "kernels/simd/attention.h"

namespace dcm {

const Kernel kMatMulAvx2 = {"mat_mul_avx2", OpType::kMatMul, WeightForm::kNone, Isa::kAvx2,
                            nullptr,        nullptr,         row_units,         run_mat_mul};
const Kernel kAttentionAvx2 = {"attention_avx2", OpType::kAttention, WeightForm::kNone, Isa::kAvx2,       nullptr,
                               nullptr,          row_units,          run_attention,     attention_scratch};

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
