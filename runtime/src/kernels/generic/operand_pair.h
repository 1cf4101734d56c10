// Two operands broadcast against each other: where each finds its element for each element of the result.
#pragma once

#include <cstdint>

#include "graph/shape.h"

namespace dcm {

// Axes of size 1 are dropped and neighbouring axes along which neither operand starts or stops repeating are made one,
// so equal shapes are one long run, and [C, 1, 1] against [B, C, H, W] is runs of H W elements and one number.
class OperandPair {
 public:
  OperandPair(const Shape& a, const Shape& b, const Shape& output, uint32_t batch);

  // Calls f(a_position, a_moves, b_position, b_moves, count) for runs of the result's elements begin .. end - 1, in
  // order. An operand that moves gives count elements from its position on, one that does not gives the one there for
  // all of them. At least one moves.
  template <typename F>
  void for_each_run(uint64_t begin, uint64_t end, F&& f) const {
    if (begin >= end) return;
    const Axis& row = axes_[rank_ - 1];
    uint64_t index[kMaxRank] = {};  // of the row, along the axes before the last
    uint64_t rest = begin / row.size, first = begin % row.size, a = 0, b = 0;
    for (uint32_t i = rank_ - 1; i-- > 0;) {
      index[i] = rest % axes_[i].size;
      rest /= axes_[i].size;
      a += index[i] * axes_[i].a_step;
      b += index[i] * axes_[i].b_step;
    }
    for (uint64_t at = begin; at < end;) {
      const uint64_t count = row.size - first < end - at ? row.size - first : end - at;
      f(a + first * row.a_step, row.a_step != 0, b + first * row.b_step, row.b_step != 0, count);
      at += count;
      first = 0;
      for (uint32_t i = rank_ - 1; i-- > 0;) {
        a += axes_[i].a_step;
        b += axes_[i].b_step;
        if (++index[i] < axes_[i].size) break;
        a -= axes_[i].size * axes_[i].a_step;
        b -= axes_[i].size * axes_[i].b_step;
        index[i] = 0;
      }
    }
  }

 private:
  struct Axis {
    uint64_t size, a_step, b_step;
  };

  void add_axis(Axis axis);

  uint32_t rank_ = 0;  // at least 1 once built; the steps of the last axis are 0 or 1
  Axis axes_[kMaxRank] = {};
};

}  // namespace dcm
