// Axes of tensors that are walked together, as push constants have them.
#pragma once

#include "graph/shape.h"

namespace dcm::vulkan {

// Elements along an axis, with all samples.
inline uint32_t size_of(const Shape& shape, uint32_t axis, uint32_t samples) {
  return shape.batched && axis == 0 ? samples : shape.dims[axis];
}

// Elements from a neighbour to the next along an axis.
inline uint32_t step_of(const Shape& shape, uint32_t axis) {
  return static_cast<uint32_t>(shape.product(axis + 1, shape.rank));
}

// Two tensors, each with its own steps. An axis of one element is left out, and one that goes on where the one before
// it left off is made one with that.
struct Axes {
  uint32_t rank = 0;
  uint32_t sizes[kMaxRank] = {}, first[kMaxRank] = {}, second[kMaxRank] = {};

  // Turns faster than those before.
  void add(uint32_t size, uint32_t first_step, uint32_t second_step) {
    if (size == 1) return;
    if (rank > 0 && first[rank - 1] == uint64_t{size} * first_step &&
        second[rank - 1] == uint64_t{size} * second_step) {
      sizes[rank - 1] *= size;
      first[rank - 1] = first_step;
      second[rank - 1] = second_step;
      return;
    }
    sizes[rank] = size;
    first[rank] = first_step;
    second[rank++] = second_step;
  }

  template <uint32_t kCount>
  void copy_to(uint32_t* rank_at, uint32_t (&to_sizes)[kCount], uint32_t (&to_first)[kCount],
               uint32_t (&to_second)[kCount]) const {
    *rank_at = rank;
    for (uint32_t axis = 0; axis < rank; ++axis) {
      to_sizes[axis] = sizes[axis];
      to_first[axis] = first[axis];
      to_second[axis] = second[axis];
    }
  }
};

// The step of an operand along an axis of what it is broadcast to; 0 where it is repeated.
inline uint32_t broadcast_step(const Shape& operand, const Shape& output, uint32_t axis, uint32_t samples) {
  if (axis + operand.rank < output.rank) return 0;
  const uint32_t own = axis + operand.rank - output.rank;
  return size_of(operand, own, samples) == 1 ? 0 : step_of(operand, own);
}

}  // namespace dcm::vulkan
