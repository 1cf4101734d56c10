// A part of a plane with zeros around it, for convolutions: included below a header that defines Simd.
#pragma once

namespace dcm {
namespace {

// A window begins at output column `left` and holds whole rows of it, cut by residues of the stride along x: element j
// of row r in phase p is input column (left + j) * stride + p - pad_before of input row first_row + r. Rows and columns
// that do not exist keep zeros, which the caller puts there once for all planes.
struct Window {
  uint32_t phases, rows, width;
  uint32_t stride, pad_before;

  uint64_t floats() const { return uint64_t{phases} * rows * width; }
  // What memory for it must have, since whole vectors are written.
  uint64_t padded_floats() const { return floats() + Simd::kLanes; }
  void clear(float* window) const { std::memset(window, 0, floats() * sizeof(float)); }

  // first_row: may be negative, in two's complement.
  void copy(const float* plane, const Picture& in, uint64_t first_row, uint32_t left, float* window) const {
    const uint32_t from_left = left * stride;  // before and skipped: one of them is 0
    const uint32_t before = pad_before > from_left ? pad_before - from_left : 0;
    const uint32_t skipped = from_left > pad_before ? from_left - pad_before : 0;
    for (uint32_t phase = 0; phase < phases; ++phase) {
      const uint32_t begin = phase >= before ? 0 : (before - phase + stride - 1) / stride;
      const uint32_t first = begin * stride + phase + skipped - before;
      if (first >= in.width) continue;
      uint32_t end = begin + (in.width - first + stride - 1) / stride;
      if (end > width) end = width;
      if (begin >= end) continue;
      for (uint32_t r = 0; r < rows; ++r) {
        const uint64_t row = first_row + r;
        if (row >= in.height) continue;
        copy_row(plane + row * in.width + first, in.width - first, end - begin,
                 window + (uint64_t{phase} * rows + r) * width + begin);
      }
    }
  }

 private:
  // Every stride-th of `from`, which has `available` floats. Whole vectors are written: behind count zeros, which are
  // what the margin holds, or what the next row overwrites.
  void copy_row(const float* from, uint32_t available, uint32_t count, float* to) const {
    uint32_t j = 0;
    if (stride == 1) {
      for (; j + Simd::kLanes <= count; j += Simd::kLanes) Simd::store(to + j, Simd::load(from + j));
      if (j < count) Simd::store(to + j, Simd::load_first(from + j, count - j));
    } else if (stride == 2) {
      constexpr uint32_t kBoth = 2 * Simd::kLanes;
      for (; j + Simd::kLanes <= count && 2 * j + kBoth <= available; j += Simd::kLanes)
        Simd::store(to + j, Simd::even(Simd::load(from + 2 * j), Simd::load(from + 2 * j + Simd::kLanes)));
      if (j < count) {
        const uint32_t seen = 2 * (count - j), there = available - 2 * j, left = seen < there ? seen : there;
        const Simd::Vector even = left < Simd::kLanes
                                      ? Simd::even(Simd::load_first(from + 2 * j, left), Simd::spread(0.0f))
                                      : Simd::even(Simd::load(from + 2 * j),
                                                   Simd::load_first(from + 2 * j + Simd::kLanes, left - Simd::kLanes));
        Simd::store(to + j, Simd::keep_first(even, count - j));
      }
    } else {
      for (; stride == 4 && j + Simd::kLanes <= count && 4 * (j + Simd::kLanes) <= available; j += Simd::kLanes) {
        const float* four = from + 4 * j;
        const auto even = [four](uint32_t i) {
          return Simd::even(Simd::load(four + i * Simd::kLanes), Simd::load(four + (i + 1) * Simd::kLanes));
        };
        Simd::store(to + j, Simd::even(even(0), even(2)));
      }
      for (; j < count; ++j) to[j] = from[uint64_t{j} * stride];
    }
  }
};

}  // namespace
}  // namespace dcm
