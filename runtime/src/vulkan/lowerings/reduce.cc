#include "vulkan/lowerings/axes.h"
#include "vulkan/lowerings/lowerings.h"
#include "vulkan/shaders/push_constants.h"

namespace dcm::vulkan {
namespace {

void lower(const Site& site, const Packed&, uint32_t samples, const Traits& traits, StepList& steps) {
  const ReduceAttributes& reduce = site.op->attributes.reduce;
  const Shape& x = site.input();
  Axes kept, gone;
  for (uint32_t axis = 0; axis < x.rank; ++axis)
    (reduce.reduces[axis] ? gone : kept).add(size_of(x, axis, samples), step_of(x, axis), 0);
  ReducePush push = {};
  push.outputs = push.elements = 1;
  push.kept = kept.rank;
  push.rank = kept.rank + gone.rank;
  for (uint32_t i = 0; i < push.rank; ++i) {
    const bool is_kept = i < kept.rank;
    push.sizes[i] = is_kept ? kept.sizes[i] : gone.sizes[i - kept.rank];
    push.steps[i] = is_kept ? kept.first[i] : gone.first[i - kept.rank];
    (is_kept ? push.outputs : push.elements) *= push.sizes[i];
  }
  Step step;
  step.shader = "reduce";
  step.bindings[0] = output();
  step.bindings[1] = input(0);
  const uint32_t team = team_for(push.elements, traits);
  step.set_specialise({kThreads, static_cast<uint32_t>(reduce.reduction), 0, team});
  step.set_push(push);
  step.groups = divide_up(push.outputs, kThreads / team);
  steps.add(step);
}

}  // namespace

const Lowering kReduceLowering = {OpType::kReduce, nullptr, nullptr, lower};

}  // namespace dcm::vulkan
