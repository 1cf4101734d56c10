#if defined(__aarch64__)

#include <cstring>

#include "kernels/generic/attention_mask.h"
#include "kernels/generic/operand_matrices.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/neon.h"

#include "kernels/simd/attention.h"

namespace dcm {

const Kernel kMatMulNeon = {"mat_mul_neon", OpType::kMatMul, WeightForm::kNone, Isa::kNeon,
                            nullptr,        nullptr,         row_units,         run_mat_mul};
const Kernel kAttentionNeon = {"attention_neon", OpType::kAttention, WeightForm::kNone, Isa::kNeon,       nullptr,
                               nullptr,          row_units,          run_attention,     attention_scratch};

}  // namespace dcm

#endif
