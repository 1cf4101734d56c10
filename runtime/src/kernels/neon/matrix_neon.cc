#if defined(__aarch64__)

#include <cstring>

#include "kernels/generic/attention_mask.h"
#include "kernels/generic/operand_matrices.h"
#include "kernels/generic/recurrent.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/neon.h"

#include "kernels/simd/attention.h"
#include "kernels/simd/mat_mul.h"
#include "kernels/simd/recurrent.h"

namespace dcm {

const Kernel kMatrixKernelsNeon[] = {
    {"mat_mul_neon", OpType::kMatMul, WeightForm::kNone, Isa::kNeon, nullptr, nullptr, row_units, run_mat_mul},
    {"attention_neon", OpType::kAttention, WeightForm::kNone, Isa::kNeon, nullptr, nullptr, row_units, run_attention,
     attention_scratch},
    recurrent_kernel("lstm_sparse_neon", OpType::kLstm, WeightForm::kSparse),
    recurrent_kernel("lstm_dense_shared_neon", OpType::kLstm, WeightForm::kDenseShared),
    recurrent_kernel("lstm_dense_neon", OpType::kLstm, WeightForm::kDense),
    recurrent_kernel("gru_sparse_neon", OpType::kGru, WeightForm::kSparse),
    recurrent_kernel("gru_dense_shared_neon", OpType::kGru, WeightForm::kDenseShared),
    recurrent_kernel("gru_dense_neon", OpType::kGru, WeightForm::kDense),
};

}  // namespace dcm

#endif
