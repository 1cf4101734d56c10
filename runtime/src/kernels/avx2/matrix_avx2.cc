#if defined(__x86_64__)

#include <cstring>

#include "kernels/generic/attention_mask.h"
#include "kernels/generic/operand_matrices.h"
#include "kernels/generic/recurrent.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/avx2.h"

#include "kernels/simd/attention.h"
#include "kernels/simd/mat_mul.h"
#include "kernels/simd/recurrent.h"

namespace dcm {

const Kernel kMatrixKernelsAvx2[] = {
    {"mat_mul_avx2", OpType::kMatMul, WeightForm::kNone, Isa::kAvx2, nullptr, nullptr, row_units, run_mat_mul},
    {"attention_avx2", OpType::kAttention, WeightForm::kNone, Isa::kAvx2, nullptr, nullptr, row_units, run_attention,
     attention_scratch},
    recurrent_kernel("lstm_sparse_avx2", OpType::kLstm, WeightForm::kSparse),
    recurrent_kernel("lstm_dense_shared_avx2", OpType::kLstm, WeightForm::kDenseShared),
    recurrent_kernel("lstm_dense_avx2", OpType::kLstm, WeightForm::kDense),
    recurrent_kernel("gru_sparse_avx2", OpType::kGru, WeightForm::kSparse),
    recurrent_kernel("gru_dense_shared_avx2", OpType::kGru, WeightForm::kDenseShared),
    recurrent_kernel("gru_dense_avx2", OpType::kGru, WeightForm::kDense),
};

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
