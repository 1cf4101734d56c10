// Direct convolution: each weight is multiplied with the part of an input plane that it meets and added to an output
// plane. With few weights for each output, be they pruned or depthwise, that is all the work there is.
#include "kernels/generic/activation.h"
#include "kernels/generic/convolution.h"
#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/weight_rows.h"

namespace dcm {
namespace {

Status prepare(const Site& site, MemoryBudget& budget, Prepared* prepared) {
  return prepare_taps(site.op->attributes.convolution, Picture(site.input()), Picture(site.output()), budget, prepared);
}

// A unit is one output plane.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return uint64_t{batch} * site.output().dims[0] * site.output().dims[1];
}

// y[i] += weight * x[i * stride]
inline void add_scaled(float* __restrict y, const float* __restrict x, uint64_t count, uint32_t stride, float weight) {
  if (stride == 1)
    for (uint64_t i = 0; i < count; ++i) y[i] += weight * x[i];
  else
    for (uint64_t i = 0; i < count; ++i) y[i] += weight * x[i * stride];
}

template <typename Rows>
void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Site& site = *call.site;
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  const Rows rows(site.weight());
  const float* bias = site.dense(kBias);
  const Picture in(site.input()), out(site.output());
  const uint32_t group_channels = in.channels / convolution.groups, group_outputs = out.channels / convolution.groups;
  const uint32_t stride_y = convolution.y.stride, stride_x = convolution.x.stride;
  const uint32_t kernel_width = convolution.x.kernel, kernel_area = convolution.y.kernel * kernel_width;
  const Taps taps = prepared_taps(call);

  for (uint64_t unit = begin; unit < end; ++unit) {
    const uint64_t sample = unit / out.channels;
    const uint32_t output = static_cast<uint32_t>(unit % out.channels);
    const float* input =
        call.inputs[0] + (sample * in.channels + uint64_t{output / group_outputs} * group_channels) * in.plane();
    float* plane = call.outputs[0] + unit * out.plane();
    std::fill(plane, plane + out.plane(), bias == nullptr ? 0.0f : bias[output]);
    rows.visit(output, [&](uint32_t column, float weight) {
      const uint32_t channel = column / kernel_area, tap = column % kernel_area;
      const Tap y = taps.y[tap / kernel_width], x = taps.x[tap % kernel_width];
      const float* from = input + channel * in.plane() + uint64_t{y.first} * in.width + x.first;
      float* to = plane + uint64_t{y.begin} * out.width + x.begin;
      if (stride_y == 1 && stride_x == 1 && x.count == in.width && x.count == out.width)  // rows follow each other
        return add_scaled(to, from, uint64_t{y.count} * x.count, 1, weight);
      for (uint32_t i = 0; i < y.count; ++i) {
        add_scaled(to, from, x.count, stride_x, weight);
        from += uint64_t{stride_y} * in.width;
        to += out.width;
      }
    });
    activate(site.op->activation, plane, out.plane());
  }
}

template <typename Rows>
constexpr Kernel kernel(const char* name, OpType op) {
  return {name, op, Rows::kForm, Isa::kGeneric, nullptr, prepare, units, run<Rows>};
}

}  // namespace

const Kernel kConv2dSparseGeneric = kernel<SparseRows>("conv2d_sparse_generic", OpType::kConv2d);
const Kernel kConv2dDenseSharedGeneric = kernel<DenseSharedRows>("conv2d_dense_shared_generic", OpType::kConv2d);
const Kernel kConv2dDenseGeneric = kernel<DenseRows>("conv2d_dense_generic", OpType::kConv2d);
const Kernel kConv1dSparseGeneric = kernel<SparseRows>("conv1d_sparse_generic", OpType::kConv1d);
const Kernel kConv1dDenseSharedGeneric = kernel<DenseSharedRows>("conv1d_dense_shared_generic", OpType::kConv1d);
const Kernel kConv1dDenseGeneric = kernel<DenseRows>("conv1d_dense_generic", OpType::kConv1d);

}  // namespace dcm
