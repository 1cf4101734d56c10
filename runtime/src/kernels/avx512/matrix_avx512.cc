#if defined(__x86_64__)

#include <cstring>

#include "kernels/generic/attention_mask.h"
#include "kernels/generic/operand_matrices.h"
#include "kernels/generic/recurrent.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/avx512.h"

#include "kernels/simd/attention.h"
#include "kernels/simd/mat_mul.h"
#include "kernels/simd/recurrent.h"

namespace dcm {

const Kernel kMatrixKernelsAvx512[] = {
    {"mat_mul_avx512", OpType::kMatMul, WeightForm::kNone, Isa::kAvx512, nullptr, nullptr, row_units, run_mat_mul},
    {"attention_avx512", OpType::kAttention, WeightForm::kNone, Isa::kAvx512, nullptr, nullptr, row_units,
     run_attention, attention_scratch},
    recurrent_kernel("lstm_sparse_avx512", OpType::kLstm, WeightForm::kSparse),
    recurrent_kernel("lstm_dense_shared_avx512", OpType::kLstm, WeightForm::kDenseShared),
    recurrent_kernel("lstm_dense_avx512", OpType::kLstm, WeightForm::kDense),
    recurrent_kernel("gru_sparse_avx512", OpType::kGru, WeightForm::kSparse),
    recurrent_kernel("gru_dense_shared_avx512", OpType::kGru, WeightForm::kDenseShared),
    recurrent_kernel("gru_dense_avx512", OpType::kGru, WeightForm::kDense),
};

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
