// Depthwise convolution, for any instruction set: included below a header that defines Simd. Each output plane is made
// of one input plane, so there is nothing to share: the plane is copied once, with zeros around it, and its taps are
// read from there; what is most common does without the copy (depthwise3x3.h).
#pragma once

#include "kernels/simd/conv_panels.h"
#include "kernels/simd/depthwise3x3.h"

namespace dcm {
namespace {

constexpr uint32_t kDepthwiseRows = 8;  // of the output, whose sums are in registers

// The most floats of a window, for any numbers that a file may give: pictures of 8 million pixels fit.
constexpr uint64_t kMostWindowFloats = uint64_t{1} << 23;

// A weight, and where in the window it begins.
struct Tap {
  uint32_t offset;
  float weight;
};

bool fits_window(const Site& site) {
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  const WindowAxis &y = convolution.y, &x = convolution.x;
  const Picture out(site.output());
  const uint64_t rows = (uint64_t{out.height} + kDepthwiseRows) * y.stride + y.extent();
  const uint64_t width = uint64_t{out.width} + Simd::kLanes + x.extent() / x.stride + 1;
  return rows <= kMostWindowFloats && width <= kMostWindowFloats &&
         rows * width <= kMostWindowFloats / (x.extent() < x.stride ? x.extent() : x.stride);
}

// Whether vectors of this length are good for rows of this width: those of AVX-512 where they are fewer than AVX2's, or
// on CPUs that make them in two halves, no more than a tenth longer together.
bool fits_rows(uint32_t width) {
  if (Simd::kLanes != 16) return true;
  const uint32_t vectors = (width + 15) / 16, halves = (width + 7) / 8;
  return cpu_features().whole_avx512 ? vectors < halves : vectors * 20 <= halves * 11;
}

bool supports_depthwise(const Site& site) {
  return is_depthwise(site) && site.weight().row_segments <= 1 && fits_window(site) &&
         fits_rows(Picture(site.output()).width);
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

// The taps of a plane, where all taps begin, the window.
uint64_t depthwise_scratch(const Site& site, const Prepared&) {
  const uint64_t taps = site.weight().columns;
  return taps * (sizeof(Tap) + sizeof(uint32_t)) + depthwise_window(site).padded_floats() * sizeof(float);
}

// Where in the window each tap finds the pixel of the first output; row by row, as the weight's columns.
void find_taps(const ConvolutionAttributes& convolution, const Window& window, uint32_t* offsets) {
  const WindowAxis &y = convolution.y, &x = convolution.x;
  for (uint32_t ky = 0; ky < y.kernel; ++ky)
    for (uint32_t kx = 0; kx < x.kernel; ++kx) {
      const uint32_t elements = kx * x.dilation;
      *offsets++ = (elements % x.stride * window.rows + ky * y.dilation) * window.width + elements / x.stride;
    }
}

// One output plane.
struct DepthwisePlane {
  const Tap *taps, *end;
  float bias;
  Clamp clamp;
  uint32_t row_step;  // from what one output row sees to what the next one does, in the window
  uint32_t width;     // of the output
};

// kRows vectors below each other. count: of the lanes that belong to the plane.
template <uint32_t kRows>
void add_taps(const DepthwisePlane& plane, const float* window, uint32_t count, float* to) {
  Simd::Vector sums[kRows];
  DCM_UNROLL
  for (uint32_t t = 0; t < kRows; ++t) sums[t] = Simd::spread(plane.bias);
  for (const Tap* tap = plane.taps; tap != plane.end; ++tap) {
    const Simd::Vector w = Simd::spread(tap->weight);
    const float* x = window + tap->offset;
    DCM_UNROLL
    for (uint32_t t = 0; t < kRows; ++t)
      sums[t] = Simd::multiply_add(w, Simd::load(x + uint64_t{t} * plane.row_step), sums[t]);
  }
  // A row that is no whole vector ends in the next one, which comes after it; the last one must not.
  DCM_UNROLL
  for (uint32_t t = 0; t < kRows; ++t) {
    const Simd::Vector result = Simd::clamp(sums[t], plane.clamp.low, plane.clamp.high);
    float* row = to + uint64_t{t} * plane.width;
    if (count == Simd::kLanes || (t + 1 < kRows && row + Simd::kLanes <= to + uint64_t{kRows} * plane.width))
      Simd::store(row, result);
    else
      Simd::store_first(row, result, count);
  }
}

// As many rows as there is code for, at most `rows`; returns how many.
inline uint32_t add_some(const DepthwisePlane& plane, uint32_t rows, const float* window, uint32_t count, float* to) {
  if (rows >= 8) return add_taps<8>(plane, window, count, to), 8;
  if (rows >= 4) return add_taps<4>(plane, window, count, to), 4;
  if (rows >= 2) return add_taps<2>(plane, window, count, to), 2;
  return add_taps<1>(plane, window, count, to), 1;
}

void compute_plane(const DepthwisePlane& plane, const float* window, uint32_t height, float* to) {
  const uint32_t count = plane.width < Simd::kLanes ? plane.width : Simd::kLanes;
  for (uint32_t column = 0; column < plane.width; column += Simd::kLanes) {
    // The last vector of a row begins early enough to be whole.
    const uint32_t first = column + count <= plane.width ? column : plane.width - count;
    for (uint32_t row = 0; row < height;)
      row += add_some(plane, height - row, window + uint64_t{row} * plane.row_step + first, count,
                      to + uint64_t{row} * plane.width + first);
  }
}

// What one output plane is made with.
struct ReadRow {
  // The taps that are not zero: where the weights are that offsets are of. Returns the end.
  Tap* (*taps)(const Weight&, uint32_t row, const uint32_t* offsets, Tap*);
  void (*weights3x3)(const Weight&, uint32_t row, float* weights);
};
template <typename Rows>
struct RowReader {
  static Tap* taps(const Weight& weight, uint32_t row, const uint32_t* offsets, Tap* tap) {
    Rows(weight).visit(row, [&](uint32_t column, float value) { *tap++ = {offsets[column], value}; });
    return tap;
  }
  static void weights3x3(const Weight& weight, uint32_t row, float* weights) {
    if constexpr (Rows::kForm == WeightForm::kSparse) {
      std::memset(weights, 0, 9 * sizeof(float));
      Rows(weight).visit(row, [weights](uint32_t column, float value) { weights[column] = value; });
    } else {
      const auto values = Rows(weight).from(row, 0);
      DCM_UNROLL
      for (uint32_t i = 0; i < 9; ++i) weights[i] = values[i];
    }
  }
  static constexpr ReadRow kRead = {taps, weights3x3};
};

void run_planes(const Call& call, uint64_t unit_begin, uint64_t unit_end, void* memory, const ReadRow& read) {
  const Site& site = *call.site;
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  const float* bias = site.dense(kBias);
  const Picture in(site.input()), out(site.output());
  const Window shape = depthwise_window(site);
  Tap* taps = static_cast<Tap*>(memory);
  uint32_t* offsets = reinterpret_cast<uint32_t*>(taps + site.weight().columns);
  float* window = reinterpret_cast<float*>(offsets + site.weight().columns);
  const uint32_t outputs = out.channels / in.channels;  // of an input plane
  const bool clamps = is_clamp(site.op->activation);
  DepthwisePlane plane = {taps, taps, 0, clamp_of(site.op->activation), convolution.y.stride * shape.width, out.width};
  const bool in_registers = is_3x3(convolution, in, out);
  Depthwise3x3 plane3x3 = {in.width, in.height, out.width, out.height, {}, 0, plane.clamp, false, false};
  if (!in_registers) {
    find_taps(convolution, shape, offsets);
    shape.clear(window);
  }

  uint64_t copied = UINT64_MAX;  // the plane that the window holds
  for (uint64_t unit = unit_begin; unit < unit_end; ++unit) {
    const uint32_t output = static_cast<uint32_t>(unit % out.channels);
    const uint64_t input = unit / outputs;
    const float* from = call.inputs[0] + input * in.plane();
    const float own_bias = bias == nullptr ? 0.0f : bias[output];
    float* result = call.outputs[0] + unit * out.plane();
    if (in_registers) {
      plane3x3.bias = own_bias;
      read.weights3x3(site.weight(), output, plane3x3.weights);
      convolve_3x3(plane3x3, convolution.x.stride, from, result);
    } else {
      if (input != copied) shape.copy(from, in, uint64_t{0} - convolution.y.pad_before, 0, window);
      copied = input;
      plane.end = read.taps(site.weight(), output, offsets, taps);
      plane.bias = own_bias;
      compute_plane(plane, window, out.height, result);
    }
    if (!clamps) activate<Simd::kIsa>(site.op->activation, result, out.plane());
  }
}

template <typename Rows>
void run_depthwise(const Call& call, uint64_t unit_begin, uint64_t unit_end, void* memory) {
  run_planes(call, unit_begin, unit_end, memory, RowReader<Rows>::kRead);
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
