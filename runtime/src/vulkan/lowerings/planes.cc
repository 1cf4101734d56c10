// What looks at planes: pools and Resize2d.
#include "vulkan/lowerings/steps.h"

namespace dcm::vulkan {
namespace {

// FUNCTION of pool.comp.
enum PoolFunction : uint32_t { kMaximum, kMean };

constexpr uint32_t kMostAdaptive = 65535;  // elements along an axis whose products with their number fit 32 bits

Step plane_step(const char* shader) {
  Step step;
  step.shader = shader;
  step.bindings[0] = output();
  step.bindings[1] = input(0);
  return step;
}

// The sizes that all pushes of planes begin with.
template <typename Push>
Push planes_of(const Site& site, uint32_t samples) {
  const Shape &x = site.input(), &y = site.output();
  Push push = {};
  push.planes = x.dims[0] * samples * x.dims[1];
  push.height = x.dims[2];
  push.width = x.dims[3];
  push.out_height = y.dims[2];
  push.out_width = y.dims[3];
  return push;
}

template <typename Push>
uint64_t groups_of(const Push& push) {
  return divide_up(uint64_t{push.planes} * push.out_height * push.out_width, kThreads);
}

void add_pool(const PoolPush& push, uint32_t function, uint32_t adaptive, StepList& steps) {
  Step step = plane_step("pool");
  step.set_specialise({kThreads, function, 0, adaptive});
  step.set_push(push);
  step.groups = groups_of(push);
  steps.add(step);
}

PoolPush windows_of(const Site& site, uint32_t samples, const WindowAxis& y, const WindowAxis& x) {
  PoolPush push = planes_of<PoolPush>(site, samples);
  push.kernel_h = y.kernel;
  push.kernel_w = x.kernel;
  push.stride_y = y.stride;
  push.stride_x = x.stride;
  push.dilation_y = y.dilation;
  push.dilation_x = x.dilation;
  push.pad_top = y.pad_before;
  push.pad_left = x.pad_before;
  push.pad_bottom = y.pad_after;
  push.pad_right = x.pad_after;
  return push;
}

void lower_max_pool(const Site& site, const Packed&, uint32_t samples, const Traits&, StepList& steps) {
  const MaxPool2dAttributes& pool = site.op->attributes.max_pool2d;
  add_pool(windows_of(site, samples, pool.y, pool.x), kMaximum, 0, steps);
}

void lower_average_pool(const Site& site, const Packed&, uint32_t samples, const Traits&, StepList& steps) {
  const AveragePool2dAttributes& pool = site.op->attributes.average_pool2d;
  PoolPush push = windows_of(site, samples, pool.y, pool.x);
  push.count_padded = pool.count_include_pad ? 1 : 0;
  push.divisor = pool.divisor;
  add_pool(push, kMean, 0, steps);
}

const char* refuses_adaptive(const Site& site, const Traits&) {
  const AdaptivePool2dAttributes& pool = site.op->attributes.adaptive_pool2d;
  return pool.out_h > kMostAdaptive || pool.out_w > kMostAdaptive ? "more than 65,535 elements along an axis" : nullptr;
}

// Whole planes, as networks end with.
void reduce_planes(const Site& site, uint32_t samples, Reduction reduction, const Traits& traits, StepList& steps) {
  const Shape& x = site.input();
  ReducePush push = {};
  push.outputs = x.dims[0] * samples * x.dims[1];
  push.elements = x.dims[2] * x.dims[3];
  push.rank = 2;
  push.kept = 1;
  push.sizes[0] = push.outputs;
  push.steps[0] = push.sizes[1] = push.elements;
  push.steps[1] = 1;
  steps.add(reduce_step(push, reduction, output(), input(0), traits));
}

template <PoolFunction function>
void lower_adaptive_pool(const Site& site, const Packed&, uint32_t samples, const Traits& traits, StepList& steps) {
  const Shape& y = site.output();
  if (y.dims[2] == 1 && y.dims[3] == 1)
    return reduce_planes(site, samples, function == kMean ? Reduction::kMean : Reduction::kMax, traits, steps);
  add_pool(planes_of<PoolPush>(site, samples), function, 1, steps);
}

// The source's step for one element of the output.
float step_along(bool aligned, float scale, uint32_t inputs, uint32_t outputs) {
  if (aligned) return outputs == 1 ? 0.0f : static_cast<float>(inputs - 1) / static_cast<float>(outputs - 1);
  return scale != 0.0f ? scale : static_cast<float>(inputs) / static_cast<float>(outputs);
}

void lower_resize(const Site& site, const Packed&, uint32_t samples, const Traits&, StepList& steps) {
  const Resize2dAttributes& resize = site.op->attributes.resize2d;
  const bool bilinear = resize.interpolation == Interpolation::kBilinear, aligned = bilinear && resize.align_corners;
  ResizePush push = planes_of<ResizePush>(site, samples);
  push.step_y = step_along(aligned, resize.scale_h, push.height, push.out_height);
  push.step_x = step_along(aligned, resize.scale_w, push.width, push.out_width);
  Step step = plane_step("resize");
  step.set_specialise({kThreads, aligned ? 2u : bilinear ? 1u : 0u});
  step.set_push(push);
  step.groups = groups_of(push);
  steps.add(step);
}

}  // namespace

const Lowering kPlaneLowerings[] = {
    {OpType::kMaxPool2d, nullptr, nullptr, lower_max_pool},
    {OpType::kAveragePool2d, nullptr, nullptr, lower_average_pool},
    {OpType::kAdaptiveAveragePool2d, refuses_adaptive, nullptr, lower_adaptive_pool<kMean>},
    {OpType::kAdaptiveMaxPool2d, refuses_adaptive, nullptr, lower_adaptive_pool<kMaximum>},
    {OpType::kResize2d, nullptr, nullptr, lower_resize},
};
const uint32_t kPlaneLoweringCount = sizeof kPlaneLowerings / sizeof kPlaneLowerings[0];

}  // namespace dcm::vulkan
