// What the kernels of convolutions have in common. A Conv1d is a Conv2d over pictures of one row.
#pragma once

#include <algorithm>
#include <cstdint>
#include <new>

#include "kernels/kernel.h"

namespace dcm {

// The sizes of a picture with channels, or of a sequence with channels: one row.
struct Picture {
  uint32_t channels, height, width;

  explicit Picture(const Shape& shape)
      : channels(shape.dims[1]), height(shape.rank == 4 ? shape.dims[2] : 1), width(shape.dims[shape.rank - 1]) {}
  uint64_t plane() const { return uint64_t{height} * width; }
};

// Where one tap of the kernel meets the input, along one axis: outputs begin .. begin + count - 1, the first of them at
// input element `first`. The rest meets padding, which adds nothing.
struct Tap {
  uint32_t begin, count, first;
};

// Of the tap with this index, for `outputs` windows over `inputs` elements. For a transposed convolution, which is the
// same with the roles of input and output changed, ask with its numbers changed.
inline Tap tap_range(const WindowAxis& window, uint32_t index, uint32_t inputs, uint32_t outputs) {
  // Output o reads input o * stride + shift.
  const int64_t shift = int64_t{window.dilation} * index - window.pad_before, stride = window.stride;
  const int64_t begin = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
  const int64_t end = shift >= inputs ? 0 : std::min<int64_t>((inputs - 1 - shift) / stride + 1, outputs);
  if (begin >= end) return {0, 0, 0};
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end - begin),
          static_cast<uint32_t>(begin * stride + shift)};
}

// The taps of the y axis, then those of the x axis, for windows that slide over `from` and make `to`.
inline Status prepare_taps(const ConvolutionAttributes& convolution, const Picture& from, const Picture& to,
                           MemoryBudget& budget, Prepared* prepared) {
  DCM_TRY(prepared->allocate(budget, (uint64_t{convolution.y.kernel} + convolution.x.kernel) * sizeof(Tap)));
  Tap* taps = reinterpret_cast<Tap*>(prepared->data());
  for (uint32_t i = 0; i < convolution.y.kernel; ++i)
    new (taps++) Tap(tap_range(convolution.y, i, from.height, to.height));
  for (uint32_t i = 0; i < convolution.x.kernel; ++i)
    new (taps++) Tap(tap_range(convolution.x, i, from.width, to.width));
  return {};
}

// Whether the kernel is 3 x 3 with a padding of 1 around and a stride of 1 or 2 along both axes.
inline bool is_3x3(const ConvolutionAttributes& convolution, const Picture& in, const Picture& out) {
  const auto fits = [](const WindowAxis& axis, uint32_t from, uint32_t to) {
    return axis.kernel == 3 && axis.dilation == 1 && axis.pad_before == 1 && axis.stride <= 2 &&
           to == (from - 1) / axis.stride + 1;
  };
  return fits(convolution.y, in.height, out.height) && fits(convolution.x, in.width, out.width) &&
         convolution.y.stride == convolution.x.stride;
}

struct Taps {
  const Tap *y, *x;
};

inline Taps prepared_taps(const Call& call) {
  const Tap* taps = reinterpret_cast<const Tap*>(call.prepared->data());
  return {taps, taps + call.site->op->attributes.convolution.y.kernel};
}

}  // namespace dcm
