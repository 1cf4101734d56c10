#if defined(__x86_64__)

#include "kernels/generic/channel_runs.h"
#include "kernels/generic/operand_pair.h"
#include "kernels/simd/activate.h"
#include "kernels/simd/simd_kernels.h"

#include "kernels/simd/avx2.h"

#include "kernels/simd/binary.h"
#include "kernels/simd/unary.h"

namespace dcm {

const Kernel kElementwiseKernelsAvx2[] = {
    unary_kernel("relu_avx2", OpType::kRelu),
    unary_kernel("clamp_avx2", OpType::kClamp),
    unary_kernel("leaky_relu_avx2", OpType::kLeakyRelu),
    unary_kernel("hard_swish_avx2", OpType::kHardSwish),
    unary_kernel("hard_sigmoid_avx2", OpType::kHardSigmoid),
    unary_kernel("sigmoid_avx2", OpType::kSigmoid),
    unary_kernel("tanh_avx2", OpType::kTanh),
    unary_kernel("silu_avx2", OpType::kSilu),
    unary_kernel("gelu_avx2", OpType::kGelu),
    unary_kernel("exp_avx2", OpType::kExp),
    unary_kernel("sqrt_avx2", OpType::kSqrt),
    unary_kernel("abs_avx2", OpType::kAbs),
    unary_kernel("affine_avx2", OpType::kAffine),
    unary_kernel("power_scalar_avx2", OpType::kPowerScalar),
    element_kernel("prelu_avx2", OpType::kPrelu, run_prelu),
    element_kernel("channel_affine_avx2", OpType::kChannelAffine, run_channel_affine),
    element_kernel("add_avx2", OpType::kAdd, run_binary),
    element_kernel("subtract_avx2", OpType::kSubtract, run_binary),
    element_kernel("multiply_avx2", OpType::kMultiply, run_binary),
    element_kernel("divide_avx2", OpType::kDivide, run_binary),
    element_kernel("minimum_avx2", OpType::kMinimum, run_binary),
    element_kernel("maximum_avx2", OpType::kMaximum, run_binary),
};

template <>
void activate<Isa::kAvx2>(Activation activation, float* x, uint64_t count) {
  const Mapping mapping = mapping_of(activation);
  if (mapping.map != nullptr) mapping(x, x, count);
}

}  // namespace dcm

#include "kernels/simd/end_target.h"

#endif
