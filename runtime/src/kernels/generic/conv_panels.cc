// Convolution as a product of matrices: the weight times a panel, whose columns are what the windows of some outputs
// see. The panel is made a slice at a time and never whole, so that it stays in the cache whatever the layer.
#include "kernels/generic/activation.h"
#include "kernels/generic/convolution.h"
#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/weight_rows.h"

namespace dcm {
namespace {

constexpr uint32_t kPixels = 32;    // columns of a panel: elements of an output plane
constexpr uint32_t kDepth = 256;    // rows of a slice of a panel: columns of the weight
constexpr uint32_t kOutputs = 128;  // rows of the weight that a unit takes

// With fewer pixels, or weights for each row of a panel, than these, making a panel costs more than it saves.
constexpr uint32_t kLeastPixels = 8;
constexpr uint32_t kLeastWeights = 4;
// Non-zeros: the direct convolution has no use for the others.
constexpr uint32_t kLeastNonzeros = 16;
// A 1 x 1 kernel over a plane of this size leaves the direct convolution long loops and no edges.
constexpr uint32_t kLongPlane = 256;

bool supports(const Site& site) {
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  const Weight& weight = site.weight();
  const uint64_t pixels = Picture(site.output()).plane();
  if (pixels < kLeastPixels || weight.rows / convolution.groups < kLeastWeights) return false;
  if (weight.form != WeightForm::kSparse) return true;
  const bool is_pointwise = convolution.y.kernel * convolution.x.kernel == 1 && pixels == Picture(site.input()).plane();
  return weight.nonzeros >= kLeastNonzeros * uint64_t{weight.columns} * convolution.groups &&
         !(is_pointwise && pixels >= kLongPlane);
}

Status prepare(const Site& site, MemoryBudget& budget, Prepared* prepared) {
  return prepare_taps(site.op->attributes.convolution, Picture(site.input()), Picture(site.output()), budget, prepared);
}

// How the work of one sample is cut. A unit is a panel times some rows of the weight.
struct Cut {
  uint64_t panels;
  uint32_t group_outputs, row_blocks, groups;

  explicit Cut(const Site& site)
      : panels(ceil_div(Picture(site.output()).plane(), kPixels)), groups(site.op->attributes.convolution.groups) {
    group_outputs = site.output().dims[1] / groups;
    row_blocks = static_cast<uint32_t>(ceil_div(group_outputs, kOutputs));
  }
  uint64_t units() const { return panels * row_blocks * groups; }
};

uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return Cut(site).units() * site.output().dims[0] * batch;
}

// A slice of the panel, then the sums.
uint64_t scratch(const Site& site, const Prepared&) {
  const uint32_t depth = std::min(site.weight().columns, kDepth);
  return (uint64_t{depth} + std::min(Cut(site).group_outputs, kOutputs)) * kPixels * sizeof(float);
}

// Neighbours in one row of the output plane, from column x on; the first is column `at` of the panel.
struct Run {
  uint32_t y, x, count, at;
};

// The pixels of a panel.
struct Pixels {
  Run runs[kPixels];
  uint32_t run_count = 0;
  uint32_t count;  // of pixels
  uint32_t width;  // the same rounded up to whole vectors; the columns between are zeros

  Pixels(const Picture& out, uint64_t first) {
    count = static_cast<uint32_t>(std::min<uint64_t>(kPixels, out.plane() - first));
    width = (count + 7) / 8 * 8;
    for (uint32_t at = 0; at < count;) {
      const uint32_t y = static_cast<uint32_t>((first + at) / out.width);
      const uint32_t x = static_cast<uint32_t>((first + at) % out.width);
      const uint32_t length = std::min(count - at, out.width - x);
      runs[run_count++] = {y, x, length, at};
      at += length;
    }
  }
};

// What the tap with ranges y and x of a kernel sees of a plane, for each pixel.
void gather(const float* plane, const Picture& in, const ConvolutionAttributes& convolution, Tap y, Tap x,
            const Pixels& pixels, float* __restrict to) {
  for (uint32_t r = 0; r < pixels.run_count; ++r) {
    const Run& run = pixels.runs[r];
    float* part = to + run.at;
    const bool row_exists = run.y - y.begin < y.count;  // unsigned: also false where run.y is less
    const uint32_t begin = std::min(x.begin > run.x ? x.begin - run.x : 0, run.count);
    const uint32_t x_end = x.begin + x.count;
    const uint32_t end = row_exists ? std::max(begin, std::min(x_end > run.x ? x_end - run.x : 0, run.count)) : begin;
    std::fill(part, part + begin, 0.0f);
    if (begin < end) {
      const float* from = plane + (y.first + uint64_t{run.y - y.begin} * convolution.y.stride) * in.width + x.first +
                          uint64_t{run.x + begin - x.begin} * convolution.x.stride;
      if (convolution.x.stride == 1)
        for (uint32_t i = begin; i < end; ++i) part[i] = *from++;
      else
        for (uint32_t i = begin; i < end; ++i, from += convolution.x.stride) part[i] = *from;
    }
    std::fill(part + end, part + run.count, 0.0f);
  }
  std::fill(to + pixels.count, to + pixels.width, 0.0f);
}

// y[i] += sum of w[j] x[j][i]; the rows of x are kPixels apart.
inline void add_one(float* __restrict y, const float* __restrict x, float w, uint32_t width) {
  for (uint32_t i = 0; i < width; ++i) y[i] += w * x[i];
}
inline void add_four(float* __restrict y, const float* __restrict x0, const float* __restrict x1,
                     const float* __restrict x2, const float* __restrict x3, const float* w, uint32_t width) {
  const float w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3];
  for (uint32_t i = 0; i < width; ++i) y[i] += (w0 * x0[i] + w1 * x1[i]) + (w2 * x2[i] + w3 * x3[i]);
}

// Two rows of the weight, four columns at a time, which leaves few loads for each product.
template <typename Values>
inline void multiply_pair(const Values& a, const Values& b, uint32_t depth, const float* __restrict x,
                          float* __restrict ya, float* __restrict yb, uint32_t width) {
  uint32_t k = 0;
  for (; k + 4 <= depth; k += 4) {
    const float a0 = a[k], a1 = a[k + 1], a2 = a[k + 2], a3 = a[k + 3];
    const float b0 = b[k], b1 = b[k + 1], b2 = b[k + 2], b3 = b[k + 3];
    const float* __restrict x0 = x + k * kPixels;
    for (uint32_t i = 0; i < width; ++i) {
      const float v0 = x0[i], v1 = x0[i + kPixels], v2 = x0[i + 2 * kPixels], v3 = x0[i + 3 * kPixels];
      ya[i] += (a0 * v0 + a1 * v1) + (a2 * v2 + a3 * v3);
      yb[i] += (b0 * v0 + b1 * v1) + (b2 * v2 + b3 * v3);
    }
  }
  for (; k < depth; ++k) {
    add_one(ya, x + k * kPixels, a[k], width);
    add_one(yb, x + k * kPixels, b[k], width);
  }
}

// sums += rows first .. first + count - 1 of the weight, columns begin .. begin + depth - 1, times the slice.
template <typename Values>
inline void multiply(const FullRows<Values>& rows, uint64_t first, uint32_t count, uint32_t begin, uint32_t depth,
                     const float* slice, float* sums, uint32_t width) {
  uint32_t i = 0;
  for (; i + 2 <= count; i += 2)
    multiply_pair(rows.from(first + i, begin), rows.from(first + i + 1, begin), depth, slice, sums + i * kPixels,
                  sums + (i + 1) * kPixels, width);
  if (i < count)
    rows.visit_range(first + i, begin, begin + depth, [&](uint32_t column, float weight) {
      add_one(sums + i * kPixels, slice + (column - begin) * kPixels, weight, width);
    });
}

inline void multiply(const SparseRows& rows, uint64_t first, uint32_t count, uint32_t begin, uint32_t depth,
                     const float* slice, float* sums, uint32_t width) {
  for (uint32_t i = 0; i < count; ++i) {
    float* y = sums + i * kPixels;
    const float* x[4];
    float w[4];
    uint32_t waiting = 0;
    rows.visit_range(first + i, begin, begin + depth, [&](uint32_t column, float weight) {
      x[waiting] = slice + (column - begin) * kPixels;
      w[waiting] = weight;
      if (++waiting < 4) return;
      add_four(y, x[0], x[1], x[2], x[3], w, width);
      waiting = 0;
    });
    for (uint32_t j = 0; j < waiting; ++j) add_one(y, x[j], w[j], width);
  }
}

template <typename Rows>
void run(const Call& call, uint64_t unit_begin, uint64_t unit_end, void* memory) {
  const Site& site = *call.site;
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  const Rows rows(site.weight());
  const float* bias = site.dense(kBias);
  const Picture in(site.input()), out(site.output());
  const Cut cut(site);
  const uint32_t columns = site.weight().columns, group_channels = in.channels / cut.groups;
  const uint32_t kernel_width = convolution.x.kernel, kernel_area = convolution.y.kernel * kernel_width;
  const Taps taps = prepared_taps(call);
  float* slice = static_cast<float*>(memory);
  float* sums = slice + std::min(columns, kDepth) * kPixels;

  for (uint64_t unit = unit_begin; unit < unit_end; ++unit) {
    const uint64_t panel = unit % cut.panels, block = unit / cut.panels;
    const uint32_t first_output = static_cast<uint32_t>(block % cut.row_blocks) * kOutputs;  // in its group
    const uint32_t output_count = std::min(cut.group_outputs - first_output, kOutputs);
    const uint64_t group = block / cut.row_blocks;  // of all groups of all samples
    const uint64_t row = group % cut.groups * cut.group_outputs + first_output;
    const float* input = call.inputs[0] + group * group_channels * in.plane();
    float* output = call.outputs[0] + (group * cut.group_outputs + first_output) * out.plane() + panel * kPixels;
    const Pixels pixels(out, panel * kPixels);

    for (uint32_t i = 0; i < output_count; ++i)
      std::fill(sums + i * kPixels, sums + (i + 1) * kPixels, bias == nullptr ? 0.0f : bias[row + i]);
    for (uint32_t begin = 0; begin < columns; begin += std::min(columns - begin, kDepth)) {
      const uint32_t depth = std::min(columns - begin, kDepth);
      for (uint32_t k = 0; k < depth; ++k) {
        const uint32_t channel = (begin + k) / kernel_area, tap = (begin + k) % kernel_area;
        gather(input + channel * in.plane(), in, convolution, taps.y[tap / kernel_width], taps.x[tap % kernel_width],
               pixels, slice + k * kPixels);
      }
      if (pixels.width == kPixels)  // a number that the compiler knows
        multiply(rows, row, output_count, begin, depth, slice, sums, kPixels);
      else
        multiply(rows, row, output_count, begin, depth, slice, sums, pixels.width);
    }
    for (uint32_t i = 0; i < output_count; ++i) {
      activate(site.op->activation, sums + i * kPixels, pixels.count);
      std::copy(sums + i * kPixels, sums + i * kPixels + pixels.count, output + i * out.plane());
    }
  }
}

template <typename Rows>
constexpr Kernel kernel(const char* name, OpType op) {
  return {name, op, Rows::kForm, Isa::kGeneric, supports, prepare, units, run<Rows>, scratch};
}

}  // namespace

const Kernel kConv2dPanelsSparseGeneric = kernel<SparseRows>("conv2d_panels_sparse_generic", OpType::kConv2d);
const Kernel kConv2dPanelsDenseSharedGeneric =
    kernel<DenseSharedRows>("conv2d_panels_dense_shared_generic", OpType::kConv2d);
const Kernel kConv2dPanelsDenseGeneric = kernel<DenseRows>("conv2d_panels_dense_generic", OpType::kConv2d);
const Kernel kConv1dPanelsSparseGeneric = kernel<SparseRows>("conv1d_panels_sparse_generic", OpType::kConv1d);
const Kernel kConv1dPanelsDenseSharedGeneric =
    kernel<DenseSharedRows>("conv1d_panels_dense_shared_generic", OpType::kConv1d);
const Kernel kConv1dPanelsDenseGeneric = kernel<DenseRows>("conv1d_panels_dense_generic", OpType::kConv1d);

}  // namespace dcm
