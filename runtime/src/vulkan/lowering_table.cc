#include "vulkan/lowerings/lowerings.h"
#include "vulkan/shader.h"

namespace dcm::vulkan {
namespace {

struct LoweringList {
  const Lowering* lowerings;
  uint32_t count;
};

}  // namespace

uint32_t team_for(uint64_t elements, const Traits& traits) {
  // A whole workgroup adds by subgroups, which is cheap.
  if ((traits.features & kSubgroupArithmetic) != 0 && elements >= kThreads) return kThreads;
  constexpr uint64_t kEach = 4;
  uint32_t team = 1;
  while (team < kThreads && uint64_t{team} * kEach < elements) team *= 2;
  return team;
}

const Lowering* find_lowering(OpType op) {
  const LoweringList lists[] = {
      {&kLinearLowering, 1},
      {kConvolutionLowerings, kConvolutionLoweringCount},
      {&kMatMulLowering, 1},
      {&kAttentionLowering, 1},
      {&kSoftmaxLowering, 1},
      {&kReduceLowering, 1},
      {&kPadLowering, 1},
      {kUnaryLowerings, kUnaryLoweringCount},
      {kBinaryLowerings, kBinaryLoweringCount},
      {kCopyLowerings, kCopyLoweringCount},
      {kNormLowerings, kNormLoweringCount},
      {kPlaneLowerings, kPlaneLoweringCount},
  };
  for (const LoweringList& list : lists)
    for (uint32_t i = 0; i < list.count; ++i)
      if (list.lowerings[i].op == op) return &list.lowerings[i];
  return nullptr;
}

}  // namespace dcm::vulkan
