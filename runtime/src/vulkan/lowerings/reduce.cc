#include "vulkan/lowerings/axes.h"
#include "vulkan/lowerings/steps.h"

namespace dcm::vulkan {
namespace {

constexpr uint32_t kManyOutputs = 1024;

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
  steps.add(reduce_step(push, reduce.reduction, output(), input(0), traits));
}

}  // namespace

Step reduce_step(const ReducePush& push, Reduction reduction, Operand y, Operand a, const Traits& traits) {
  Step step;
  step.shader = "reduce";
  step.bindings[0] = y;
  step.bindings[1] = a;
  // Where neighbours are of different outputs, and those are many, each thread takes one.
  const bool neighbours_kept = push.kept > 0 && push.steps[push.kept - 1] == 1;
  const uint32_t team = neighbours_kept && push.outputs >= kManyOutputs ? 1 : team_for(push.elements, traits);
  step.set_specialise({kThreads, static_cast<uint32_t>(reduction), 0, team});
  step.set_push(push);
  step.groups = divide_up(push.outputs, kThreads / team);
  return step;
}

const Lowering kReduceLowering = {OpType::kReduce, nullptr, nullptr, lower};

}  // namespace dcm::vulkan
