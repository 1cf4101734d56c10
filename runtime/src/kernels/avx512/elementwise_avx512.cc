#if defined(__x86_64__)

#include "kernels/generic/channel_runs.h"
#include "kernels/generic/operand_pair.h"
#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/avx512.h"

#include "kernels/simd/binary.h"
#include "kernels/simd/unary.h"

namespace dcm {

const Kernel kReluAvx512 = unary_kernel("relu_avx512", OpType::kRelu);
const Kernel kClampAvx512 = unary_kernel("clamp_avx512", OpType::kClamp);
const Kernel kLeakyReluAvx512 = unary_kernel("leaky_relu_avx512", OpType::kLeakyRelu);
const Kernel kHardSwishAvx512 = unary_kernel("hard_swish_avx512", OpType::kHardSwish);
const Kernel kHardSigmoidAvx512 = unary_kernel("hard_sigmoid_avx512", OpType::kHardSigmoid);
const Kernel kSigmoidAvx512 = unary_kernel("sigmoid_avx512", OpType::kSigmoid);
const Kernel kTanhAvx512 = unary_kernel("tanh_avx512", OpType::kTanh);
const Kernel kSiluAvx512 = unary_kernel("silu_avx512", OpType::kSilu);
const Kernel kGeluAvx512 = unary_kernel("gelu_avx512", OpType::kGelu);
const Kernel kExpAvx512 = unary_kernel("exp_avx512", OpType::kExp);
const Kernel kSqrtAvx512 = unary_kernel("sqrt_avx512", OpType::kSqrt);
const Kernel kAbsAvx512 = unary_kernel("abs_avx512", OpType::kAbs);
const Kernel kAffineAvx512 = unary_kernel("affine_avx512", OpType::kAffine);
const Kernel kPowerScalarAvx512 = unary_kernel("power_scalar_avx512", OpType::kPowerScalar);
const Kernel kPreluAvx512 = element_kernel("prelu_avx512", OpType::kPrelu, run_prelu);
const Kernel kChannelAffineAvx512 = element_kernel("channel_affine_avx512", OpType::kChannelAffine, run_channel_affine);
const Kernel kAddAvx512 = element_kernel("add_avx512", OpType::kAdd, run_binary);
const Kernel kSubtractAvx512 = element_kernel("subtract_avx512", OpType::kSubtract, run_binary);
const Kernel kMultiplyAvx512 = element_kernel("multiply_avx512", OpType::kMultiply, run_binary);
const Kernel kDivideAvx512 = element_kernel("divide_avx512", OpType::kDivide, run_binary);
const Kernel kMinimumAvx512 = element_kernel("minimum_avx512", OpType::kMinimum, run_binary);
const Kernel kMaximumAvx512 = element_kernel("maximum_avx512", OpType::kMaximum, run_binary);

template <>
void activate<Isa::kAvx512>(Activation activation, float* x, uint64_t count) {
  const Mapping mapping = mapping_of(activation);
  if (mapping.map != nullptr) mapping(x, x, count);
}

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
