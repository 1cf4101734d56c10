#if defined(__x86_64__)

#include "kernels/generic/channel_runs.h"
#include "kernels/generic/operand_pair.h"
#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/avx2.h"

#include "kernels/simd/binary.h"
#include "kernels/simd/unary.h"

namespace dcm {

const Kernel kReluAvx2 = unary_kernel("relu_avx2", OpType::kRelu);
const Kernel kClampAvx2 = unary_kernel("clamp_avx2", OpType::kClamp);
const Kernel kLeakyReluAvx2 = unary_kernel("leaky_relu_avx2", OpType::kLeakyRelu);
const Kernel kHardSwishAvx2 = unary_kernel("hard_swish_avx2", OpType::kHardSwish);
const Kernel kHardSigmoidAvx2 = unary_kernel("hard_sigmoid_avx2", OpType::kHardSigmoid);
const Kernel kSigmoidAvx2 = unary_kernel("sigmoid_avx2", OpType::kSigmoid);
const Kernel kTanhAvx2 = unary_kernel("tanh_avx2", OpType::kTanh);
const Kernel kSiluAvx2 = unary_kernel("silu_avx2", OpType::kSilu);
const Kernel kGeluAvx2 = unary_kernel("gelu_avx2", OpType::kGelu);
const Kernel kExpAvx2 = unary_kernel("exp_avx2", OpType::kExp);
const Kernel kSqrtAvx2 = unary_kernel("sqrt_avx2", OpType::kSqrt);
const Kernel kAbsAvx2 = unary_kernel("abs_avx2", OpType::kAbs);
const Kernel kAffineAvx2 = unary_kernel("affine_avx2", OpType::kAffine);
const Kernel kPowerScalarAvx2 = unary_kernel("power_scalar_avx2", OpType::kPowerScalar);
const Kernel kPreluAvx2 = element_kernel("prelu_avx2", OpType::kPrelu, run_prelu);
const Kernel kChannelAffineAvx2 = element_kernel("channel_affine_avx2", OpType::kChannelAffine, run_channel_affine);
const Kernel kAddAvx2 = element_kernel("add_avx2", OpType::kAdd, run_binary);
const Kernel kSubtractAvx2 = element_kernel("subtract_avx2", OpType::kSubtract, run_binary);
const Kernel kMultiplyAvx2 = element_kernel("multiply_avx2", OpType::kMultiply, run_binary);
const Kernel kDivideAvx2 = element_kernel("divide_avx2", OpType::kDivide, run_binary);
const Kernel kMinimumAvx2 = element_kernel("minimum_avx2", OpType::kMinimum, run_binary);
const Kernel kMaximumAvx2 = element_kernel("maximum_avx2", OpType::kMaximum, run_binary);

template <>
void activate<Isa::kAvx2>(Activation activation, float* x, uint64_t count) {
  const Mapping mapping = mapping_of(activation);
  if (mapping.map != nullptr) mapping(x, x, count);
}

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
