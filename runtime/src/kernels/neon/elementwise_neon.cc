#if defined(__aarch64__)

#include "kernels/generic/channel_runs.h"
#include "kernels/generic/operand_pair.h"
#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/neon.h"

#include "kernels/simd/binary.h"
#include "kernels/simd/unary.h"

namespace dcm {

const Kernel kElementwiseKernelsNeon[] = {
    unary_kernel("relu_neon", OpType::kRelu),
    unary_kernel("clamp_neon", OpType::kClamp),
    unary_kernel("leaky_relu_neon", OpType::kLeakyRelu),
    unary_kernel("hard_swish_neon", OpType::kHardSwish),
    unary_kernel("hard_sigmoid_neon", OpType::kHardSigmoid),
    unary_kernel("sigmoid_neon", OpType::kSigmoid),
    unary_kernel("tanh_neon", OpType::kTanh),
    unary_kernel("silu_neon", OpType::kSilu),
    unary_kernel("gelu_neon", OpType::kGelu),
    unary_kernel("exp_neon", OpType::kExp),
    unary_kernel("sqrt_neon", OpType::kSqrt),
    unary_kernel("abs_neon", OpType::kAbs),
    unary_kernel("affine_neon", OpType::kAffine),
    unary_kernel("power_scalar_neon", OpType::kPowerScalar),
    element_kernel("prelu_neon", OpType::kPrelu, run_prelu),
    element_kernel("channel_affine_neon", OpType::kChannelAffine, run_channel_affine),
    element_kernel("add_neon", OpType::kAdd, run_binary),
    element_kernel("subtract_neon", OpType::kSubtract, run_binary),
    element_kernel("multiply_neon", OpType::kMultiply, run_binary),
    element_kernel("divide_neon", OpType::kDivide, run_binary),
    element_kernel("minimum_neon", OpType::kMinimum, run_binary),
    element_kernel("maximum_neon", OpType::kMaximum, run_binary),
};

template <>
void activate<Isa::kNeon>(Activation activation, float* x, uint64_t count) {
  const Mapping mapping = mapping_of(activation);
  if (mapping.map != nullptr) mapping(x, x, count);
}

}  // namespace dcm

#endif
