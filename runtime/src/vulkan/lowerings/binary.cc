// Functions of two elements.
#include "vulkan/lowerings/axes.h"
#include "vulkan/lowerings/steps.h"

namespace dcm::vulkan {
namespace {

constexpr uint32_t kEach = 4;  // EACH of binary.comp

// FUNCTION of binary.comp.
enum BinaryFunction : uint32_t { kAdd, kSubtract, kMultiply, kDivide, kMinimum, kMaximum, kPower };

Step binary_step(uint32_t function, uint32_t activation, const Shape& a, const Shape& b, const Shape& y,
                 uint32_t samples) {
  BinaryPush push = {};
  push.count = static_cast<uint32_t>(y.elements() * y.samples(samples));
  Axes axes;
  for (uint32_t axis = 0; axis < y.rank; ++axis)
    axes.add(size_of(y, axis, samples), broadcast_step(a, y, axis, samples), broadcast_step(b, y, axis, samples));
  axes.copy_to(&push.rank, push.sizes, push.a_steps, push.b_steps);
  Step step;
  step.shader = "binary";
  step.set_specialise({kThreads, function, activation});
  step.set_push(push);
  step.groups = divide_up(push.count, kThreads * kEach);
  return step;
}

template <BinaryFunction function>
void lower(const Site& site, const Packed&, uint32_t samples, const Traits&, StepList& steps) {
  Step step = binary_step(function, activation_of(site), site.input(0), site.input(1), site.output(), samples);
  step.bindings[0] = output();
  step.bindings[1] = input(0);
  step.bindings[2] = input(1);
  steps.add(step);
}

}  // namespace

Step add_step(const Shape& a_shape, const Shape& b_shape, const Shape& shape, uint32_t samples, Operand y, Operand a,
              Operand b) {
  Step step = binary_step(kAdd, 0, a_shape, b_shape, shape, samples);
  step.bindings[0] = y;
  step.bindings[1] = a;
  step.bindings[2] = b;
  return step;
}

const Lowering kBinaryLowerings[] = {
    {OpType::kAdd, nullptr, nullptr, lower<kAdd>},           {OpType::kSubtract, nullptr, nullptr, lower<kSubtract>},
    {OpType::kMultiply, nullptr, nullptr, lower<kMultiply>}, {OpType::kDivide, nullptr, nullptr, lower<kDivide>},
    {OpType::kMinimum, nullptr, nullptr, lower<kMinimum>},   {OpType::kMaximum, nullptr, nullptr, lower<kMaximum>},
    {OpType::kPower, nullptr, nullptr, lower<kPower>},
};
const uint32_t kBinaryLoweringCount = sizeof kBinaryLowerings / sizeof kBinaryLowerings[0];

}  // namespace dcm::vulkan
