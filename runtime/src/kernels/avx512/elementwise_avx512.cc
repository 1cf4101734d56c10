#if defined(__x86_64__)

#include "kernels/generic/channel_runs.h"
#include "kernels/generic/operand_pair.h"
#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/avx512.h"

#include "kernels/simd/binary.h"
#include "kernels/simd/unary.h"

namespace dcm {

const Kernel kElementwiseKernelsAvx512[] = {
    unary_kernel("relu_avx512", OpType::kRelu),
    unary_kernel("clamp_avx512", OpType::kClamp),
    unary_kernel("leaky_relu_avx512", OpType::kLeakyRelu),
    unary_kernel("hard_swish_avx512", OpType::kHardSwish),
    unary_kernel("hard_sigmoid_avx512", OpType::kHardSigmoid),
    unary_kernel("sigmoid_avx512", OpType::kSigmoid),
    unary_kernel("tanh_avx512", OpType::kTanh),
    unary_kernel("silu_avx512", OpType::kSilu),
    unary_kernel("gelu_avx512", OpType::kGelu),
    unary_kernel("exp_avx512", OpType::kExp),
    unary_kernel("sqrt_avx512", OpType::kSqrt),
    unary_kernel("abs_avx512", OpType::kAbs),
    unary_kernel("affine_avx512", OpType::kAffine),
    unary_kernel("power_scalar_avx512", OpType::kPowerScalar),
    element_kernel("prelu_avx512", OpType::kPrelu, run_prelu),
    element_kernel("channel_affine_avx512", OpType::kChannelAffine, run_channel_affine),
    element_kernel("add_avx512", OpType::kAdd, run_binary),
    element_kernel("subtract_avx512", OpType::kSubtract, run_binary),
    element_kernel("multiply_avx512", OpType::kMultiply, run_binary),
    element_kernel("divide_avx512", OpType::kDivide, run_binary),
    element_kernel("minimum_avx512", OpType::kMinimum, run_binary),
    element_kernel("maximum_avx512", OpType::kMaximum, run_binary),
};

template <>
void activate<Isa::kAvx512>(Activation activation, float* x, uint64_t count) {
  const Mapping mapping = mapping_of(activation);
  if (mapping.map != nullptr) mapping(x, x, count);
}

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
