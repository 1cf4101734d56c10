// Depthwise convolution, for any instruction set: included below a header that defines Simd. Each output plane is made
// of one input plane, so there is nothing to share: the plane is copied once, with zeros around it, and its taps are
// read from there.
#pragma once

#include "kernels/simd/conv_panels.h"

namespace dcm {
namespace {

constexpr uint32_t kDepthwiseRows = 8;  // of the output, whose sums are in registers

// The most floats of a window, for any numbers that a file may give: pictures of 8 million pixels fit.
constexpr uint64_t kMostWindowFloats = uint64_t{1} << 23;

bool fits_window(const Site& site) {
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  const WindowAxis &y = convolution.y, &x = convolution.x;
  const Picture out(site.output());
  const uint64_t rows = (uint64_t{out.height} + kDepthwiseRows) * y.stride + y.extent();
  const uint64_t width = uint64_t{out.width} + Simd::kLanes + x.extent() / x.stride + 1;
  return rows <= kMostWindowFloats && width <= kMostWindowFloats &&
         rows * width <= kMostWindowFloats / (x.extent() < x.stride ? x.extent() : x.stride);
}

bool supports_depthwise(const Site& site) {
  const uint32_t width = Picture(site.output()).width;
  if (!is_depthwise(site) || site.weight().row_segments > 1 || !fits_window(site)) return false;
  return Simd::kLanes != 16 || (width + 15) / 16 * 16 * 10 <= (width + 7) / 8 * 8 * 11;  // as for panels
}

// A whole plane, and what the last vectors and strips read beyond it.
Window depthwise_window(const Site& site) {
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  const WindowAxis &y = convolution.y, &x = convolution.x;
  const Picture out(site.output());
  const uint32_t reach_x = (x.kernel - 1) * x.dilation, reach_y = (y.kernel - 1) * y.dilation;
  const uint32_t rows = (out.height + kDepthwiseRows - 1) * y.stride + reach_y + 1;
  const uint32_t width = (out.width + Simd::kLanes - 1) / Simd::kLanes * Simd::kLanes + reach_x / x.stride + 1;
  return {reach_x + 1 < x.stride ? reach_x + 1 : x.stride, rows, width, x.stride, x.pad_before};
}

// A unit is one output plane.
uint64_t depthwise_units(const Site& site, uint32_t batch, const Prepared&) {
  return uint64_t{batch} * site.output().dims[0] * site.output().dims[1];
}

// The weights of a plane, a strip of results, the window.
uint64_t depthwise_scratch(const Site& site, const Prepared&) {
  return (uint64_t{site.weight().columns} + kDepthwiseRows * Simd::kLanes + depthwise_window(site).floats()) *
         sizeof(float);
}

// Taps of a kernel, each where it begins in the window.
struct Taps2d {
  uint32_t height, width, y_step, x_step, x_stride;
  uint64_t phase_floats;

  uint64_t at(uint32_t ky, uint32_t kx) const {
    const uint32_t elements = kx * x_step;
    return uint64_t{ky} * y_step + elements % x_stride * phase_floats + elements / x_stride;
  }
};

// kRows vectors below each other; from: of the first one's first tap, rows row_step apart.
template <uint32_t kRows>
void add_taps(const Taps2d& taps, const float* weights, float bias, const float* from, uint64_t row_step,
              const Clamp& clamp, float* to, uint32_t to_step) {
  Simd::Vector sums[kRows];
  DCM_UNROLL
  for (uint32_t t = 0; t < kRows; ++t) sums[t] = Simd::spread(bias);
  for (uint32_t ky = 0; ky < taps.height; ++ky)
    for (uint32_t kx = 0; kx < taps.width; ++kx) {
      const Simd::Vector w = Simd::spread(*weights++);
      const float* x = from + taps.at(ky, kx);
      DCM_UNROLL
      for (uint32_t t = 0; t < kRows; ++t) sums[t] = Simd::multiply_add(w, Simd::load(x + t * row_step), sums[t]);
    }
  DCM_UNROLL
  for (uint32_t t = 0; t < kRows; ++t) Simd::store(to + t * to_step, Simd::clamp(sums[t], clamp.low, clamp.high));
}

using AddTaps = void (*)(const Taps2d&, const float*, float, const float*, uint64_t, const Clamp&, float*, uint32_t);
constexpr AddTaps kAddTaps[kDepthwiseRows] = {add_taps<1>, add_taps<2>, add_taps<3>, add_taps<4>,
                                              add_taps<5>, add_taps<6>, add_taps<7>, add_taps<8>};

template <typename Rows>
void run_depthwise(const Call& call, uint64_t unit_begin, uint64_t unit_end, void* memory) {
  const Site& site = *call.site;
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  const WindowAxis &y = convolution.y, &x = convolution.x;
  const Rows rows(site.weight());
  const float* bias = site.dense(kBias);
  const Picture in(site.input()), out(site.output());
  const Window shape = depthwise_window(site);
  const Clamp clamp = clamp_of(site.op->activation);
  float* weights = static_cast<float*>(memory);
  float* strip = weights + site.weight().columns;
  float* window = strip + kDepthwiseRows * Simd::kLanes;
  const Taps2d taps = {y.kernel,   x.kernel, y.dilation * shape.width,
                       x.dilation, x.stride, uint64_t{shape.rows} * shape.width};
  const uint64_t row_step = uint64_t{y.stride} * shape.width;
  const uint32_t outputs = out.channels / in.channels;  // of an input plane
  const uint32_t strips = (out.height + kDepthwiseRows - 1) / kDepthwiseRows;
  const uint32_t strip_rows = (out.height + strips - 1) / strips;
  shape.clear(window);

  uint64_t copied = UINT64_MAX;  // the plane that the window holds
  for (uint64_t unit = unit_begin; unit < unit_end; ++unit) {
    const uint32_t output = static_cast<uint32_t>(unit % out.channels);
    const uint64_t plane = unit / outputs;
    if (plane != copied) shape.copy(call.inputs[0] + plane * in.plane(), in, uint64_t{0} - y.pad_before, 0, window);
    copied = plane;
    std::memset(weights, 0, site.weight().columns * sizeof(float));
    rows.visit(output, [&](uint32_t column, float weight) { weights[column] = weight; });
    float* result = call.outputs[0] + unit * out.plane();
    for (uint32_t row = 0; row < out.height; row += strip_rows) {
      const uint32_t count = out.height - row < strip_rows ? out.height - row : strip_rows;
      for (uint32_t column = 0; column < out.width; column += Simd::kLanes) {
        const float* from = window + row * row_step + column;
        float* to = result + uint64_t{row} * out.width + column;
        const uint32_t wide = out.width - column < Simd::kLanes ? out.width - column : Simd::kLanes;
        const bool whole = wide == Simd::kLanes;
        kAddTaps[count - 1](taps, weights, bias == nullptr ? 0.0f : bias[output], from, row_step, clamp,
                            whole ? to : strip, whole ? out.width : Simd::kLanes);
        if (whole) continue;
        for (uint32_t r = 0; r < count; ++r)
          for (uint32_t i = 0; i < wide; ++i) to[uint64_t{r} * out.width + i] = strip[r * Simd::kLanes + i];
      }
    }
    if (!is_clamp(site.op->activation)) activate<Simd::kIsa>(site.op->activation, result, out.plane());
  }
}

template <typename Rows>
constexpr Kernel depthwise_kernel(const char* name, OpType op) {
  return {name,
          op,
          Rows::kForm,
          Simd::kIsa,
          supports_depthwise,
          nullptr,
          depthwise_units,
          run_depthwise<Rows>,
          depthwise_scratch};
}

}  // namespace
}  // namespace dcm
