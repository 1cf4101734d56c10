#if defined(__aarch64__)

#include "kernels/generic/channel_runs.h"
#include "kernels/generic/operand_pair.h"
#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/neon.h"

#include "kernels/simd/binary.h"
#include "kernels/simd/unary.h"

namespace dcm {

const Kernel kReluNeon = unary_kernel("relu_neon", OpType::kRelu);
const Kernel kClampNeon = unary_kernel("clamp_neon", OpType::kClamp);
const Kernel kLeakyReluNeon = unary_kernel("leaky_relu_neon", OpType::kLeakyRelu);
const Kernel kHardSwishNeon = unary_kernel("hard_swish_neon", OpType::kHardSwish);
const Kernel kHardSigmoidNeon = unary_kernel("hard_sigmoid_neon", OpType::kHardSigmoid);
const Kernel kSigmoidNeon = unary_kernel("sigmoid_neon", OpType::kSigmoid);
const Kernel kTanhNeon = unary_kernel("tanh_neon", OpType::kTanh);
const Kernel kSiluNeon = unary_kernel("silu_neon", OpType::kSilu);
const Kernel kGeluNeon = unary_kernel("gelu_neon", OpType::kGelu);
const Kernel kExpNeon = unary_kernel("exp_neon", OpType::kExp);
const Kernel kSqrtNeon = unary_kernel("sqrt_neon", OpType::kSqrt);
const Kernel kAbsNeon = unary_kernel("abs_neon", OpType::kAbs);
const Kernel kAffineNeon = unary_kernel("affine_neon", OpType::kAffine);
const Kernel kPowerScalarNeon = unary_kernel("power_scalar_neon", OpType::kPowerScalar);
const Kernel kPreluNeon = element_kernel("prelu_neon", OpType::kPrelu, run_prelu);
const Kernel kChannelAffineNeon = element_kernel("channel_affine_neon", OpType::kChannelAffine, run_channel_affine);
const Kernel kAddNeon = element_kernel("add_neon", OpType::kAdd, run_binary);
const Kernel kSubtractNeon = element_kernel("subtract_neon", OpType::kSubtract, run_binary);
const Kernel kMultiplyNeon = element_kernel("multiply_neon", OpType::kMultiply, run_binary);
const Kernel kDivideNeon = element_kernel("divide_neon", OpType::kDivide, run_binary);
const Kernel kMinimumNeon = element_kernel("minimum_neon", OpType::kMinimum, run_binary);
const Kernel kMaximumNeon = element_kernel("maximum_neon", OpType::kMaximum, run_binary);

template <>
void activate<Isa::kNeon>(Activation activation, float* x, uint64_t count) {
  const Mapping mapping = mapping_of(activation);
  if (mapping.map != nullptr) mapping(x, x, count);
}

}  // namespace dcm

#endif
