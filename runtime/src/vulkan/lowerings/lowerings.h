// All lowerings, and what they have in common.
#pragma once

#include "vulkan/lowering.h"

namespace dcm::vulkan {

// Of a workgroup, MOST_THREADS of the shaders: less than every device's limit, and a multiple of most subgroups.
constexpr uint32_t kThreads = 64;

// ACTIVATION by its number in the shaders.
inline uint32_t activation_of(const Site& site) {
  return static_cast<uint32_t>(site.op->activation);
}

constexpr uint64_t divide_up(uint64_t a, uint64_t b) {
  return (a + b - 1) / b;
}

// Threads of a team that shares `elements`: a power of two, so that each has a few, all of the workgroup at most.
uint32_t team_for(uint64_t elements, const Traits& traits);

extern const Lowering kLinearLowering;
extern const Lowering kMatMulLowering;
extern const Lowering kAttentionLowering;
extern const Lowering kSoftmaxLowering;
extern const Lowering kReduceLowering;
extern const Lowering kPadLowering;
extern const Lowering kConvolutionLowerings[];
extern const uint32_t kConvolutionLoweringCount;
extern const Lowering kUnaryLowerings[];
extern const uint32_t kUnaryLoweringCount;
extern const Lowering kBinaryLowerings[];
extern const uint32_t kBinaryLoweringCount;
extern const Lowering kCopyLowerings[];
extern const uint32_t kCopyLoweringCount;
extern const Lowering kNormLowerings[];
extern const uint32_t kNormLoweringCount;
extern const Lowering kPlaneLowerings[];
extern const uint32_t kPlaneLoweringCount;

}  // namespace dcm::vulkan
