// MatMul.
#include "vulkan/lowerings/axes.h"
#include "vulkan/lowerings/steps.h"
#include "vulkan/packed_weight.h"

namespace dcm::vulkan {
namespace {

uint64_t groups_of(const MatMulPush& push) {
  return divide_up(push.rows, kTile) * divide_up(push.columns, kTile) * push.matrices;
}

void lower(const Site& site, const Packed&, uint32_t samples, const Traits&, StepList& steps) {
  const Shape &a = site.input(0), &b = site.input(1), &y = site.output();
  MatMulPush push = {};
  push.rows = y.dims[y.rank - 2];
  push.columns = y.dims[y.rank - 1];
  push.depth = a.dims[a.rank - 1];
  push.a_row_step = push.depth;
  push.a_depth_step = 1;
  push.b_depth_step = push.columns;
  push.b_column_step = 1;
  push.scale = 1.0f;
  push.matrices = 1;
  Axes axes;
  for (uint32_t axis = 0; axis + 2 < y.rank; ++axis) {
    push.matrices *= size_of(y, axis, samples);
    axes.add(size_of(y, axis, samples), broadcast_step(a, y, axis, samples), broadcast_step(b, y, axis, samples));
  }
  axes.copy_to(&push.rank, push.sizes, push.a_steps, push.b_steps);
  steps.add(matmul_step(push, output(), input(0), input(1)));
}

}  // namespace

Step matmul_step(const MatMulPush& push, Operand y, Operand a, Operand b) {
  Step step;
  step.shader = "matmul";
  step.bindings[0] = y;
  step.bindings[1] = a;
  step.bindings[2] = b;
  step.bindings[3] = a;  // not read, but a binding of the shader
  step.set_specialise({kThreads, kPackedFloat32, 0, 0});
  step.set_push(push);
  step.groups = groups_of(push);
  return step;
}

Step matmul_step_by_weight(const MatMulPush& push, Operand y, Operand a, uint32_t form, uint32_t activation) {
  Step step;
  step.shader = "matmul";
  step.bindings[0] = y;
  step.bindings[1] = a;
  step.bindings[2] = a;  // not read, but a binding of the shader
  step.bindings[3] = constants();
  step.set_specialise({kThreads, form, activation, 1});
  step.set_push(push);
  step.groups = groups_of(push);
  return step;
}

const Lowering kMatMulLowering = {OpType::kMatMul, nullptr, nullptr, lower};

}  // namespace dcm::vulkan
