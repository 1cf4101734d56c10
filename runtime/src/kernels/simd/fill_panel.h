// Copies what the weights of a block meet into a panel (kernels/panel_layout.h): included below a header that defines
// Simd.
#pragma once

#include "kernels/simd/window.h"

namespace dcm {
namespace {

// Copies whole vectors, so up to kLanes - 1 floats more than count are read and written.
inline void copy_vectors(const float* from, uint32_t count, float* to) {
  for (uint32_t i = 0; i < count; i += Simd::kLanes) Simd::store(to + i, Simd::load(from + i));
}

// Where a tile begins: in the output plane, and how far into its own first row.
struct TilePlace {
  uint64_t row;
  uint32_t left;    // the column where the tile's rows begin
  uint32_t column;  // of the first pixel, from there

  TilePlace(const PanelLayout& layout, uint64_t tile) {
    const uint64_t pixel = tile / layout.tile_columns * layout.tile;
    row = pixel / layout.pitch;
    column = static_cast<uint32_t>(pixel % layout.pitch);
    left = static_cast<uint32_t>(tile % layout.tile_columns) * layout.pitch;
  }
};

// Fills panels of one tile.
class PanelFiller {
 public:
  // window: window_floats() of the layout, and a vector more.
  PanelFiller(const PanelLayout& layout, const ConvolutionAttributes& convolution, const Picture& in,
              const TilePlace& place, float* window)
      : layout_(layout),
        convolution_(convolution),
        in_(in),
        place_(place),
        window_(window),
        shape_{layout.window_phases, layout.window_rows, layout.window_width, convolution.x.stride,
               convolution.x.pad_before},
        inside_(is_inside()) {
    // The margins stay zero, whatever channel comes.
    if (!layout.pointwise && !inside_) shape_.clear(window);
  }

  // input: the first channel of the group.
  void fill(const float* input, uint32_t first, uint32_t count, float* panel) const {
    for (uint32_t channel = first; channel < first + count; ++channel) {
      const float* plane = input + channel * in_.plane();
      if (layout_.pointwise) {
        copy_pixels(plane, panel);
      } else if (inside_) {
        copy_taps(plane + first_input_row() * in_.width + first_input_column(), in_.width, panel);
      } else {
        shape_.copy(plane, in_, first_input_row(), place_.left, window_);
        copy_taps(window_, layout_.window_width, panel);
      }
      panel += layout_.channel_rows * layout_.row_floats;
    }
  }

 private:
  // Of the first pixel's first tap; they wrap where that is padding.
  uint64_t first_input_row() const { return place_.row * convolution_.y.stride - convolution_.y.pad_before; }
  uint64_t first_input_column() const { return uint64_t{place_.left} - convolution_.x.pad_before; }

  // Whether everything that the tile sees, and no more, is there to be read in place.
  bool is_inside() const {
    if (!layout_.shares_rows || convolution_.x.stride != 1) return false;
    const uint32_t reach = (convolution_.x.kernel - 1) * convolution_.x.dilation;
    const uint64_t row = first_input_row(), column = first_input_column();
    return row < in_.height && row + layout_.window_rows <= in_.height && column < in_.width &&
           column + reach + Simd::kLanes <= in_.width;
  }

  void copy_pixels(const float* plane, float* panel) const {
    const uint64_t left = in_.plane() - place_.column;  // one row
    const uint32_t count = left < layout_.row_floats ? static_cast<uint32_t>(left) : layout_.row_floats;
    std::memcpy(panel, plane + place_.column, count * sizeof(float));
    if (count < layout_.row_floats) std::memset(panel + count, 0, (layout_.row_floats - count) * sizeof(float));
  }

  // from: of the first pixel's first tap, rows row_step apart; phases, where there are several, window_rows rows.
  void copy_taps(const float* from, uint32_t row_step, float* panel) const {
    const WindowAxis& x = convolution_.x;
    for (uint32_t kx = 0; kx < x.kernel; ++kx) {
      const uint32_t elements = kx * x.dilation;
      const float* phase = from + uint64_t{elements % x.stride} * layout_.window_rows * row_step + elements / x.stride;
      for (uint32_t shift = 0; shift < layout_.shifts; ++shift, panel += layout_.row_floats) {
        const uint32_t down = layout_.shares_rows ? shift : shift * convolution_.y.dilation;
        const float* first = phase + uint64_t{down} * row_step;
        if (layout_.shares_rows)
          copy_columns(first, row_step * convolution_.y.stride, panel);
        else
          copy_run(first, row_step * convolution_.y.stride, panel);
      }
    }
  }

  // A panel row of a tile that is one vector wide.
  void copy_columns(const float* from, uint32_t step, float* to) const {
    for (uint32_t i = 0; i < layout_.row_floats; i += Simd::kLanes, from += step) Simd::store(to + i, Simd::load(from));
  }

  // A panel row of a run of pixels, picture row by picture row; where the ends of those are no whole vectors, the next
  // one covers them.
  void copy_run(const float* from, uint32_t step, float* to) const {
    uint32_t column = place_.column;
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
  TilePlace place_;
  float* window_;
  Window shape_;
  bool inside_;
};

}  // namespace
}  // namespace dcm
