// Transposed convolution: each weight is multiplied with an input plane and added to the part of an output plane that
// it meets.
#include "kernels/generic/activation.h"
#include "kernels/generic/convolution.h"
#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/weight_rows.h"

namespace dcm {
namespace {

Status prepare(const Site& site, MemoryBudget& budget, Prepared* prepared) {
  return prepare_taps(site.op->attributes.convolution, Picture(site.output()), Picture(site.input()), budget, prepared);
}

// A unit is one output plane.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return uint64_t{batch} * site.output().dims[0] * site.output().dims[1];
}

// y[i * stride] += weight * x[i]
inline void scatter_scaled(float* __restrict y, const float* __restrict x, uint32_t count, uint64_t stride,
                           float weight) {
  if (stride == 1)
    for (uint32_t i = 0; i < count; ++i) y[i] += weight * x[i];
  else
    for (uint32_t i = 0; i < count; ++i) y[i * stride] += weight * x[i];
}

template <typename Rows>
void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Site& site = *call.site;
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  const Rows rows(site.weight());
  const float* bias = site.dense(kBias);
  const Picture in(site.input()), out(site.output());
  const uint32_t group_channels = in.channels / convolution.groups, group_outputs = out.channels / convolution.groups;
  const uint32_t kernel_width = convolution.x.kernel, kernel_area = convolution.y.kernel * kernel_width;
  const Taps taps = prepared_taps(call);

  for (uint64_t unit = begin; unit < end; ++unit) {
    const uint64_t sample = unit / out.channels;
    const uint32_t output = static_cast<uint32_t>(unit % out.channels);
    const uint32_t first_channel = output / group_outputs * group_channels;
    const uint32_t first_column = output % group_outputs * kernel_area;
    const float* input = call.inputs[0] + (sample * in.channels + first_channel) * in.plane();
    float* plane = call.outputs[0] + unit * out.plane();
    std::fill(plane, plane + out.plane(), bias == nullptr ? 0.0f : bias[output]);
    for (uint32_t channel = 0; channel < group_channels; ++channel, input += in.plane())
      rows.visit_range(first_channel + channel, first_column, first_column + kernel_area,
                       [&](uint32_t column, float weight) {
                         const uint32_t tap = column - first_column;
                         const Tap y = taps.y[tap / kernel_width], x = taps.x[tap % kernel_width];
                         const float* from = input + uint64_t{y.begin} * in.width + x.begin;
                         float* to = plane + uint64_t{y.first} * out.width + x.first;
                         for (uint32_t i = 0; i < y.count; ++i) {
                           scatter_scaled(to, from, x.count, convolution.x.stride, weight);
                           from += in.width;
                           to += uint64_t{convolution.y.stride} * out.width;
                         }
                       });
    activate(site.op->activation, plane, out.plane());
  }
}

template <typename Rows>
constexpr Kernel kernel(const char* name) {
  return {name, OpType::kConvTranspose2d, Rows::kForm, Isa::kGeneric, nullptr, prepare, units, run<Rows>};
}

}  // namespace

const Kernel kConvTranspose2dSparseGeneric = kernel<SparseRows>("conv_transpose2d_sparse_generic");
const Kernel kConvTranspose2dDenseSharedGeneric = kernel<DenseSharedRows>("conv_transpose2d_dense_shared_generic");
const Kernel kConvTranspose2dDenseGeneric = kernel<DenseRows>("conv_transpose2d_dense_generic");

}  // namespace dcm
