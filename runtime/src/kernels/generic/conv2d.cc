// Direct convolution: each weight is multiplied with the part of an input plane that it meets and added to an output
// plane. With few weights left that is all the work there is.
#include <algorithm>

#include "kernels/generic/activation.h"
#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/weight_rows.h"

namespace dcm {
namespace {

// Where one tap of the kernel meets the input, along one axis: outputs begin .. begin + count - 1, the first of them at
// input element `first`. The rest meets padding, which adds nothing.
struct Tap {
  uint32_t begin, count, first;
};

Tap tap_range(const WindowAxis& window, uint32_t index, uint32_t inputs, uint32_t outputs) {
  // Output o reads input o * stride + shift.
  const int64_t shift = int64_t{window.dilation} * index - window.pad_before, stride = window.stride;
  const int64_t begin = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
  const int64_t end = shift >= inputs ? 0 : std::min<int64_t>((inputs - 1 - shift) / stride + 1, outputs);
  if (begin >= end) return {0, 0, 0};
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end - begin),
          static_cast<uint32_t>(begin * stride + shift)};
}

// The taps of the y axis, then those of the x axis.
Status prepare(const Site& site, MemoryBudget& budget, Prepared* prepared) {
  const Conv2dAttributes& conv = site.op->conv2d;
  DCM_TRY(prepared->allocate(budget, (uint64_t{conv.y.kernel} + conv.x.kernel) * sizeof(Tap)));
  Tap* taps = reinterpret_cast<Tap*>(prepared->data());
  for (uint32_t i = 0; i < conv.y.kernel; ++i)
    new (taps++) Tap(tap_range(conv.y, i, site.inputs[0]->dims[2], site.output->dims[2]));
  for (uint32_t i = 0; i < conv.x.kernel; ++i)
    new (taps++) Tap(tap_range(conv.x, i, site.inputs[0]->dims[3], site.output->dims[3]));
  return {};
}

// A unit is one output plane.
uint64_t units(const Site& site, uint32_t batch) {
  return uint64_t{batch} * site.output->dims[0] * site.output->dims[1];
}

// y[i] += weight * x[i * stride]
inline void add_scaled(float* __restrict y, const float* __restrict x, uint32_t count, uint32_t stride, float weight) {
  if (stride == 1)
    for (uint32_t i = 0; i < count; ++i) y[i] += weight * x[i];
  else
    for (uint32_t i = 0; i < count; ++i) y[i] += weight * x[uint64_t{i} * stride];
}

template <typename Rows>
void run(const Call& call, uint64_t begin, uint64_t end) {
  const Site& site = *call.site;
  const Conv2dAttributes& conv = site.op->conv2d;
  const Rows rows(*site.weight);
  const uint32_t channels = site.inputs[0]->dims[1], outputs = site.output->dims[1];
  const uint64_t in_width = site.inputs[0]->dims[3], out_width = site.output->dims[3];
  const uint64_t in_plane = site.inputs[0]->dims[2] * in_width, out_plane = site.output->dims[2] * out_width;
  const uint32_t group_channels = channels / conv.groups, group_outputs = outputs / conv.groups;
  const uint32_t kernel_width = conv.x.kernel, kernel_area = conv.y.kernel * conv.x.kernel;
  const Tap* taps_y = reinterpret_cast<const Tap*>(call.prepared->data());
  const Tap* taps_x = taps_y + conv.y.kernel;

  for (uint64_t unit = begin; unit < end; ++unit) {
    const uint64_t sample = unit / outputs;
    const uint32_t output = static_cast<uint32_t>(unit % outputs);
    const float* input =
        call.inputs[0] + (sample * channels + uint64_t{output / group_outputs} * group_channels) * in_plane;
    float* plane = call.output + unit * out_plane;
    std::fill(plane, plane + out_plane, site.bias == nullptr ? 0.0f : site.bias[output]);
    rows.visit(output, [&](uint32_t column, float weight) {
      const uint32_t channel = column / kernel_area, tap = column % kernel_area;
      const Tap y = taps_y[tap / kernel_width], x = taps_x[tap % kernel_width];
      const float* from = input + channel * in_plane + y.first * in_width + x.first;
      float* to = plane + y.begin * out_width + x.begin;
      for (uint32_t i = 0; i < y.count; ++i) {
        add_scaled(to, from, x.count, conv.x.stride, weight);
        from += conv.y.stride * in_width;
        to += out_width;
      }
    });
    activate(site.op->activation, plane, out_plane);
  }
}

template <typename Rows>
constexpr Kernel kernel(const char* name) {
  return {name, OpType::kConv2d, Rows::kForm, Isa::kGeneric, nullptr, prepare, units, run<Rows>};
}

}  // namespace

const Kernel kConv2dSparseGeneric = kernel<SparseRows>("conv2d_sparse_generic");
const Kernel kConv2dDenseSharedGeneric = kernel<DenseSharedRows>("conv2d_dense_shared_generic");
const Kernel kConv2dDenseGeneric = kernel<DenseRows>("conv2d_dense_generic");

}  // namespace dcm
