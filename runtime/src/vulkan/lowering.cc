#include "vulkan/lowering.h"

namespace dcm::vulkan {

void StepList::add(const Step& step) {
  if (!status_.ok()) return;
  if (count_ == steps_.size()) {
    Array<Step> larger;
    status_ = larger.allocate(budget_, count_ == 0 ? 4 : 2 * uint64_t{count_});
    if (!status_.ok()) return;
    for (uint32_t i = 0; i < count_; ++i) larger[i] = steps_[i];
    steps_ = std::move(larger);
  }
  steps_[count_++] = step;
}

Operand StepList::scratch(uint64_t floats) {
  scratch_floats_[scratch_count_] = floats;
  return {Operand::kScratch, scratch_count_++};
}

}  // namespace dcm::vulkan
