// A tensor seen through steps: element (i0, i1, ...) is at offset + i0 * step0 + i1 * step1 + ... of another. Slices,
// permutations and repetitions are such views.
#pragma once

#include <cstdint>

#include "graph/shape.h"

namespace dcm {

class StridedView {
 public:
  // No axes: one element.
  explicit StridedView(uint64_t offset = 0) : offset_(offset) {}

  // Adds an axis after the others, which it turns faster than. At most kMaxRank.
  void add_axis(uint64_t size, uint64_t step) {
    if (size == 1) return;
    if (rank_ > 0 && steps_[rank_ - 1] == size * step) {  // one axis with the last: longer runs
      sizes_[rank_ - 1] *= size;
      steps_[rank_ - 1] = step;
      return;
    }
    sizes_[rank_] = size;
    steps_[rank_++] = step;
  }

  // Calls f(position, count, step) for runs of the view's elements begin .. end - 1, in order: count elements from
  // position on, step apart.
  template <typename F>
  void for_each_run(uint64_t begin, uint64_t end, F&& f) const {
    if (begin >= end) return;
    const uint64_t row = rank_ == 0 ? 1 : sizes_[rank_ - 1], step = rank_ == 0 ? 0 : steps_[rank_ - 1];
    uint64_t index[kMaxRank] = {};  // of the run's row, along the axes before the last
    uint64_t rest = begin / row, position = offset_, first = begin % row;
    for (uint32_t i = rank_ == 0 ? 0 : rank_ - 1; i-- > 0;) {
      index[i] = rest % sizes_[i];
      rest /= sizes_[i];
      position += index[i] * steps_[i];
    }
    for (uint64_t at = begin; at < end;) {
      const uint64_t count = row - first < end - at ? row - first : end - at;
      f(position + first * step, count, step);
      at += count;
      first = 0;
      for (uint32_t i = rank_ == 0 ? 0 : rank_ - 1; i-- > 0;) {
        position += steps_[i];
        if (++index[i] < sizes_[i]) break;
        position -= sizes_[i] * steps_[i];
        index[i] = 0;
      }
    }
  }

 private:
  uint64_t offset_;
  uint32_t rank_ = 0;
  uint64_t sizes_[kMaxRank] = {}, steps_[kMaxRank] = {};
};

// Elements from a neighbour to the next along an axis of a shape. The batch has the step of a sample.
inline uint64_t axis_step(const Shape& shape, uint32_t axis) {
  return shape.product(axis + 1, shape.rank);
}

// y[i] = element i of the view of x, for i in begin .. end - 1.
void copy_view(const StridedView& view, const float* x, float* y, uint64_t begin, uint64_t end);

}  // namespace dcm
