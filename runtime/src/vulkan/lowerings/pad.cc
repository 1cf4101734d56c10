#include "vulkan/lowerings/axes.h"
#include "vulkan/lowerings/lowerings.h"
#include "vulkan/shaders/push_constants.h"

namespace dcm::vulkan {
namespace {

void lower(const Site& site, const Packed&, uint32_t samples, const Traits&, StepList& steps) {
  const PadAttributes& pad = site.op->attributes.pad;
  const Shape &x = site.input(), &y = site.output();
  PadPush push = {};
  push.count = static_cast<uint32_t>(y.elements() * samples);
  push.rank = y.rank;
  push.value = pad.value;
  for (uint32_t axis = 0; axis < y.rank; ++axis) {
    push.sizes[axis] = size_of(y, axis, samples);
    push.a_sizes[axis] = size_of(x, axis, samples);
    push.before[axis] = pad.before[axis];
  }
  Step step;
  step.shader = "pad";
  step.bindings[0] = output();
  step.bindings[1] = input(0);
  step.set_specialise({kThreads, static_cast<uint32_t>(pad.mode)});
  step.set_push(push);
  step.groups = divide_up(push.count, kThreads);
  steps.add(step);
}

}  // namespace

const Lowering kPadLowering = {OpType::kPad, nullptr, nullptr, lower};

}  // namespace dcm::vulkan
