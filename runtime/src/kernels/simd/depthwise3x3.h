// One plane of a depthwise 3 x 3 convolution with a padding of 1, in registers: a row's vector is loaded once, moved to
// the left and to the right, and added to the sums of the three output rows that see it. Included below a header that
// defines Simd.
#pragma once

namespace dcm {
namespace {

struct Depthwise3x3 {
  uint32_t in_width, in_height, width, height;  // of the input; of the output
  float weights[9];
  float bias;
  Clamp clamp;
  // Where the plane is a band of rows of a larger one: whether there is an input row just before it, and behind it.
  bool above, below;
};

// Up to kLanes of so many elements.
inline Simd::Vector load_some(const float* p, uint32_t count) {
  return count >= Simd::kLanes ? Simd::load(p) : Simd::load_first(p, count);
}

// What kLanes outputs of a row see of an input row, from output column `column` on: 0 where there is no input.
template <uint32_t kStride>
struct RowOf3 {
  Simd::Vector left, middle, right;

  RowOf3(const float* row, uint32_t in_width, uint32_t column) {
    const float* p = row + uint64_t{column} * kStride;
    const uint32_t count = in_width - column * kStride;
    if (kStride == 1) {
      middle = load_some(p, count);
      left = column == 0 ? Simd::shift_up(middle) : load_some(p - 1, count + 1);
      right = count <= Simd::kLanes ? Simd::shift_down(middle) : Simd::load(p + 1);
    } else {
      const Simd::Vector none = Simd::spread(0.0f);
      const Simd::Vector a = load_some(p, count);
      const Simd::Vector b = count <= Simd::kLanes ? none : load_some(p + Simd::kLanes, count - Simd::kLanes);
      middle = Simd::even(a, b), right = Simd::odd(a, b);
      left = column == 0
                 ? Simd::shift_up(right)
                 : Simd::even(load_some(p - 1, count + 1),
                              count < Simd::kLanes ? none : load_some(p - 1 + Simd::kLanes, count + 1 - Simd::kLanes));
    }
  }

  Simd::Vector add(const float* weights, Simd::Vector sum) const {
    sum = Simd::multiply_add(Simd::spread(weights[0]), left, sum);
    sum = Simd::multiply_add(Simd::spread(weights[1]), middle, sum);
    return Simd::multiply_add(Simd::spread(weights[2]), right, sum);
  }
};

// All rows of the output, from one column on. A row that is no whole vector ends in the next one, which is stored after
// it; what would end beyond the plane does not.
template <uint32_t kStride>
void convolve_columns(const Depthwise3x3& plane, const float* from, uint32_t column, float* to) {
  // Copies: the compiler cannot know that no vector is stored over the plane's own numbers.
  const uint32_t in_width = plane.in_width, in_height = plane.in_height, width = plane.width, height = plane.height;
  const uint32_t count = width < Simd::kLanes ? width : Simd::kLanes;
  const float* end = to + uint64_t{height} * width;
  const Clamp clamp = plane.clamp;
  const float* weights = plane.weights;
  const Simd::Vector bias = Simd::spread(plane.bias);
  const auto store = [&](uint32_t row, Simd::Vector sum) {
    const Simd::Vector result = Simd::clamp(sum, clamp.low, clamp.high);
    float* there = to + uint64_t{row} * width + column;
    if (count == Simd::kLanes || there + Simd::kLanes <= end)
      Simd::store(there, result);
    else
      Simd::store_first(there, result, count);
  };
  const auto input = [&](int64_t row) { return RowOf3<kStride>(from + row * in_width, in_width, column); };
  Simd::Vector sum = plane.above ? input(-1).add(weights, bias) : bias;
  if (kStride == 1) {
    const RowOf3<kStride> top = input(0);
    sum = top.add(weights + 3, sum);
    Simd::Vector next = top.add(weights, bias);
    for (uint32_t row = 1; row < height; ++row) {
      const RowOf3<kStride> x = input(row);
      store(row - 1, x.add(weights + 6, sum));
      sum = x.add(weights + 3, next);
      next = x.add(weights, bias);
    }
    store(height - 1, plane.below ? input(height).add(weights + 6, sum) : sum);
  } else {
    for (uint32_t row = 0; row < height; ++row) {
      Simd::Vector next = bias;
      sum = input(int64_t{row} * 2).add(weights + 3, sum);
      if (2 * row + 1 < in_height) {
        const RowOf3<kStride> x = input(int64_t{row} * 2 + 1);
        sum = x.add(weights + 6, sum);
        next = x.add(weights, bias);
      }
      store(row, sum);
      sum = next;
    }
  }
}

// from, to: the planes.
inline void convolve_3x3(const Depthwise3x3& plane, uint32_t stride, const float* from, float* to) {
  const auto convolve = stride == 1 ? convolve_columns<1> : convolve_columns<2>;
  for (uint32_t column = 0; column < plane.width; column += Simd::kLanes) {
    // The last vector of a row begins early enough to be whole.
    const bool whole = column + Simd::kLanes <= plane.width || plane.width < Simd::kLanes;
    convolve(plane, from, whole ? column : plane.width - Simd::kLanes, to);
  }
}

}  // namespace
}  // namespace dcm
