#include "kernels/generic/operand_pair.h"

#include "kernels/generic/strided_view.h"

namespace dcm {
namespace {

// Elements that the operand moves on when the result moves on along the axis; 0 where it is repeated.
uint64_t step_along(const Shape& operand, const Shape& output, uint32_t axis) {
  const uint32_t missing = output.rank - operand.rank;  // axes that only the result has
  if (axis < missing) return 0;
  const uint32_t own = axis - missing;
  const bool moves = (own == 0 && operand.batched) || operand.dims[own] != 1;
  return moves ? axis_step(operand, own) : 0;
}

}  // namespace

OperandPair::OperandPair(const Shape& a, const Shape& b, const Shape& output, uint32_t batch) {
  for (uint32_t i = 0; i < output.rank; ++i)
    add_axis({i == 0 && output.batched ? batch : output.dims[i], step_along(a, output, i), step_along(b, output, i)});
  if (rank_ == 0) axes_[rank_++] = {1, 1, 1};
}

void OperandPair::add_axis(Axis axis) {
  if (axis.size == 1) return;
  if (rank_ > 0) {
    Axis& last = axes_[rank_ - 1];
    if (last.a_step == axis.size * axis.a_step && last.b_step == axis.size * axis.b_step) {
      last = {last.size * axis.size, axis.a_step, axis.b_step};
      return;
    }
  }
  axes_[rank_++] = axis;
}

}  // namespace dcm
