// Matrices of an operand that is broadcast against the output along the axes before the last two.
#pragma once

#include <cstdint>

#include "kernels/generic/strided_view.h"

namespace dcm {

// Where matrix number m of the output finds its operand.
class OperandMatrices {
 public:
  OperandMatrices(const Shape& operand, const Shape& output, uint32_t batch) : axes_(output.rank - 2) {
    const uint32_t missing = output.rank - operand.rank;  // axes that only the output has
    for (uint32_t i = 0; i < axes_; ++i) {
      const bool is_batch = i == 0 && output.batched;
      sizes_[i] = is_batch ? batch : output.dims[i];
      if (i < missing) continue;
      const bool moves = is_batch ? operand.batched : operand.dims[i - missing] != 1;
      if (moves) steps_[i] = axis_step(operand, i - missing);
    }
  }

  uint64_t at(uint64_t m) const {
    uint64_t position = 0;
    for (uint32_t i = axes_; i-- > 0;) {
      position += m % sizes_[i] * steps_[i];
      m /= sizes_[i];
    }
    return position;
  }

 private:
  uint32_t axes_;
  uint64_t sizes_[kMaxRank] = {}, steps_[kMaxRank] = {};
};

}  // namespace dcm
