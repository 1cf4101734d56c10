// Operators that put elements elsewhere: Slice, Transpose, Expand, Concat.
#include "vulkan/lowerings/axes.h"
#include "vulkan/lowerings/steps.h"

namespace dcm::vulkan {
namespace {

constexpr uint32_t kEach = 4;  // EACH of copy.comp

// first: steps of a, second: of y.
Step copy_step(const Axes& axes, uint64_t a_start, uint64_t y_start, Operand y, Operand a) {
  CopyPush push = {};
  push.count = 1;
  for (uint32_t axis = 0; axis < axes.rank; ++axis) push.count *= axes.sizes[axis];
  push.a_start = static_cast<uint32_t>(a_start);
  push.y_start = static_cast<uint32_t>(y_start);
  axes.copy_to(&push.rank, push.sizes, push.a_steps, push.y_steps);
  Step step;
  step.shader = "copy";
  step.bindings[0] = y;
  step.bindings[1] = a;
  step.set_specialise({kThreads});
  step.set_push(push);
  step.groups = divide_up(push.count, kThreads * kEach);
  return step;
}

void lower_slice(const Site& site, const Packed&, uint32_t samples, const Traits&, StepList& steps) {
  const SliceAttributes& slice = site.op->attributes.slice;
  const Shape &x = site.input(), &y = site.output();
  Axes axes;
  for (uint32_t axis = 0; axis < y.rank; ++axis)
    axes.add(size_of(y, axis, samples), step_of(x, axis) * (axis == slice.axis ? slice.step : 1), step_of(y, axis));
  steps.add(copy_step(axes, uint64_t{slice.start} * step_of(x, slice.axis), 0, output(), input(0)));
}

void lower_transpose(const Site& site, const Packed&, uint32_t samples, const Traits&, StepList& steps) {
  const TransposeAttributes& transpose = site.op->attributes.transpose;
  const Shape &x = site.input(), &y = site.output();
  Axes axes;
  for (uint32_t axis = 0; axis < y.rank; ++axis)
    axes.add(size_of(y, axis, samples), step_of(x, transpose.permutation[axis]), step_of(y, axis));
  steps.add(copy_step(axes, 0, 0, output(), input(0)));
}

void lower_expand(const Site& site, const Packed&, uint32_t samples, const Traits&, StepList& steps) {
  const Shape &x = site.input(), &y = site.output();
  Axes axes;
  for (uint32_t axis = 0; axis < y.rank; ++axis)
    axes.add(size_of(y, axis, samples), broadcast_step(x, y, axis, samples), step_of(y, axis));
  steps.add(copy_step(axes, 0, 0, output(), input(0)));
}

void lower_concat(const Site& site, const Packed&, uint32_t samples, const Traits&, StepList& steps) {
  const uint32_t along = site.op->attributes.concat.axis;
  const Shape& y = site.output();
  uint64_t y_start = 0;
  for (uint32_t k = 0; k < site.inputs(); ++k) {
    const Shape& x = site.input(k);
    Axes axes;
    for (uint32_t axis = 0; axis < x.rank; ++axis)
      axes.add(size_of(x, axis, samples), step_of(x, axis), step_of(y, axis));
    steps.add(copy_step(axes, 0, y_start, output(), input(k)));
    y_start += uint64_t{x.dims[along]} * step_of(y, along);
  }
}

}  // namespace

Step transpose_step(uint32_t rows, uint32_t columns, Operand y, Operand a) {
  Axes axes;
  axes.add(columns, 1, rows);
  axes.add(rows, columns, 1);
  return copy_step(axes, 0, 0, y, a);
}

const Lowering kCopyLowerings[] = {
    {OpType::kSlice, nullptr, nullptr, lower_slice},
    {OpType::kTranspose, nullptr, nullptr, lower_transpose},
    {OpType::kExpand, nullptr, nullptr, lower_expand},
    {OpType::kConcat, nullptr, nullptr, lower_concat},
};
const uint32_t kCopyLoweringCount = sizeof kCopyLowerings / sizeof kCopyLowerings[0];

}  // namespace dcm::vulkan
