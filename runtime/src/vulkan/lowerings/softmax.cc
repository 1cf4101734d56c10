#include "vulkan/lowerings/axes.h"
#include "vulkan/lowerings/steps.h"

namespace dcm::vulkan {
namespace {

void lower(const Site& site, const Packed&, uint32_t samples, const Traits& traits, StepList& steps) {
  const Shape& x = site.input();
  const uint32_t axis = site.op->attributes.softmax.axis;
  SoftmaxPush push = {};
  push.outer = static_cast<uint32_t>(x.product(0, axis) * samples);
  push.size = x.dims[axis];
  push.inner = step_of(x, axis);
  steps.add(softmax_step(push, output(), input(0), traits));
}

}  // namespace

Step softmax_step(const SoftmaxPush& push, Operand y, Operand a, const Traits& traits) {
  Step step;
  step.shader = "softmax";
  step.bindings[0] = y;
  step.bindings[1] = a;
  // Across an axis that others turn faster than, neighbouring threads take neighbouring lines.
  const uint32_t team = push.inner > 1 ? 1 : team_for(push.size, traits);
  step.set_specialise({kThreads, 0, 0, team});
  step.set_push(push);
  step.groups = divide_up(uint64_t{push.outer} * push.inner, kThreads / team);
  return step;
}

const Lowering kSoftmaxLowering = {OpType::kSoftmax, nullptr, nullptr, lower};

}  // namespace dcm::vulkan
