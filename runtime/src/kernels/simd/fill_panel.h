// Copies what the weights of a block meet into a panel (kernels/panel_layout.h): included below a header that defines
// Simd.
#pragma once

namespace dcm {
namespace {

// Copies whole vectors, so up to kLanes - 1 floats more than count are read and written.
inline void copy_vectors(const float* from, uint32_t count, float* to) {
  for (uint32_t i = 0; i < count; i += Simd::kLanes) Simd::store(to + i, Simd::load(from + i));
}

// Fills panels of one tile.
class PanelFiller {
 public:
  // window: window_floats() of the layout.
  PanelFiller(const PanelLayout& layout, const ConvolutionAttributes& convolution, const Picture& in, uint32_t tile,
              float* window)
      : layout_(layout),
        convolution_(convolution),
        in_(in),
        window_(window),
        first_row_(uint64_t{tile} * layout.tile / layout.pitch),
        first_column_(static_cast<uint32_t>(uint64_t{tile} * layout.tile % layout.pitch)) {
    // The margins stay zero, whatever channel comes.
    if (!layout.pointwise) std::memset(window, 0, layout.window_floats() * sizeof(float));
  }

  // input: the first channel of the group.
  void fill(const float* input, uint32_t first, uint32_t count, float* panel) const {
    for (uint32_t channel = first; channel < first + count; ++channel) {
      const float* plane = input + channel * in_.plane();
      if (layout_.pointwise)
        copy_pixels(plane, panel);
      else
        copy_window(plane);
      if (!layout_.pointwise) copy_taps(panel);
      panel += layout_.channel_rows * layout_.row_floats;
    }
  }

 private:
  void copy_pixels(const float* plane, float* panel) const {
    const uint64_t left = in_.plane() - first_column_;  // one row
    const uint32_t count = left < layout_.row_floats ? static_cast<uint32_t>(left) : layout_.row_floats;
    std::memcpy(panel, plane + first_column_, count * sizeof(float));
    if (count < layout_.row_floats) std::memset(panel + count, 0, (layout_.row_floats - count) * sizeof(float));
  }

  void copy_window(const float* plane) const {
    const uint32_t stride = convolution_.x.stride, before = convolution_.x.pad_before;
    for (uint32_t r = 0; r < layout_.window_rows; ++r) {
      const uint64_t row = first_row_ * convolution_.y.stride + r - convolution_.y.pad_before;  // wraps above the first
      if (row >= in_.height) continue;
      const float* from = plane + row * in_.width;
      for (uint32_t phase = 0; phase < layout_.window_phases; ++phase) {
        float* to = window_ + (phase * layout_.window_rows + r) * layout_.window_width;
        // Element j is input column j * stride + phase - before.
        const uint32_t begin = phase >= before ? 0 : (before - phase + stride - 1) / stride;
        const uint32_t first = begin * stride + phase - before;
        if (first >= in_.width) continue;
        uint32_t end = begin + (in_.width - first + stride - 1) / stride;
        if (end > layout_.window_width) end = layout_.window_width;
        if (begin >= end) continue;
        if (stride == 1)
          std::memcpy(to + begin, from + first, (end - begin) * sizeof(float));
        else
          for (uint32_t j = begin, column = first; j < end; ++j, column += stride) to[j] = from[column];
      }
    }
  }

  void copy_taps(float* panel) const {
    const WindowAxis& x = convolution_.x;
    for (uint32_t kx = 0; kx < x.kernel; ++kx) {
      const uint32_t elements = kx * x.dilation;
      const float* phase =
          window_ + uint64_t{elements % x.stride} * layout_.window_rows * layout_.window_width + elements / x.stride;
      for (uint32_t shift = 0; shift < layout_.shifts; ++shift, panel += layout_.row_floats) {
        const uint32_t down = layout_.shares_rows ? shift : shift * convolution_.y.dilation;
        copy_row(phase + uint64_t{down} * layout_.window_width, panel);
      }
    }
  }

  // One panel row, picture row by picture row; where their ends are no whole vectors, the next one covers them.
  void copy_row(const float* from, float* to) const {
    const uint32_t step = convolution_.y.stride * layout_.window_width;
    uint32_t column = first_column_;
    for (uint32_t done = 0; done < layout_.row_floats; from += step, column = 0) {
      const uint32_t left = layout_.row_floats - done, row = layout_.pitch - column;
      const uint32_t count = row < left ? row : left;
      copy_vectors(from + column, count, to + done);
      done += count;
    }
  }

  const PanelLayout& layout_;
  const ConvolutionAttributes& convolution_;
  Picture in_;
  float* window_;
  uint64_t first_row_;
  uint32_t first_column_;
};

}  // namespace
}  // namespace dcm
