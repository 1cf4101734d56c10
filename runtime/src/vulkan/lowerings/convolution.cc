// Conv2d, Conv1d and ConvTranspose2d.
#include "vulkan/lowerings/steps.h"
#include "vulkan/packed_weight.h"

namespace dcm::vulkan {
namespace {

enum Part { kWords, kCodes, kRowBegin, kCodebook, kBiasPart };

constexpr uint32_t kLeastTiledOutputs = 8;  // of a group: with fewer most of a tile would be idle
constexpr uint32_t kMostPixels = 4;         // of an invocation of sparse_convolution.comp
constexpr uint32_t kPixelsForMany = 1024;   // from that many on
constexpr uint32_t kMostRowsOfGroup = 16;   // that a workgroup of sparse_convolution.comp does one after another
constexpr uint32_t kEnoughGroups = 512;     // workgroups that keep a GPU busy

bool is_transposed(const Site& site) {
  return site.op->type == OpType::kConvTranspose2d;
}

// What the shaders are told of the shapes.
ConvolutionPush shapes_of(const Site& site, uint32_t samples) {
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  const Shape &in = site.input(), &out = site.output();
  const bool planes = in.rank == 4;  // or rows, of Conv1d
  ConvolutionPush push = {};
  push.samples = in.dims[0] * samples;
  push.channels = in.dims[1];
  push.height = planes ? in.dims[2] : 1;
  push.width = in.dims[in.rank - 1];
  push.outputs = out.dims[1];
  push.out_height = planes ? out.dims[2] : 1;
  push.out_width = out.dims[out.rank - 1];
  push.kernel_h = convolution.y.kernel;
  push.kernel_w = convolution.x.kernel;
  push.stride_y = convolution.y.stride;
  push.stride_x = convolution.x.stride;
  push.dilation_y = convolution.y.dilation;
  push.dilation_x = convolution.x.dilation;
  push.pad_top = convolution.y.pad_before;
  push.pad_left = convolution.x.pad_before;
  push.group_channels = push.channels / convolution.groups;
  push.group_outputs = push.outputs / convolution.groups;
  return push;
}

// Of a row of a transposed convolution's weight when it is turned, as others' are: the weights of one output.
uint64_t turned_columns(const Site& site) {
  const ConvolutionAttributes& convolution = site.op->attributes.convolution;
  return uint64_t{site.input().dims[1]} / convolution.groups * convolution.y.kernel * convolution.x.kernel;
}

const char* refuses(const Site& site, const Traits&) {
  if (site.weight().form == WeightForm::kSparse) {
    const ConvolutionAttributes& convolution = site.op->attributes.convolution;
    if (convolution.y.extent() > 65536 || convolution.x.extent() > 65536)
      return "a window of more than 65,536 elements";
    if (turned_columns(site) > kMostSparseColumns) return "rows of more than 2^24 weights";
  }
  return refuse_weight(site.weight());
}

// f(row, column, code) for each non-zero of [C, O / groups, kh, kw], as of [O, C / groups, kh, kw].
template <typename F>
void visit_turned(const Site& site, F&& f) {
  const Weight& weight = site.weight();
  const ConvolutionPush shapes = shapes_of(site, 1);
  const uint32_t area = shapes.kernel_h * shapes.kernel_w;
  for_each_nonzero(weight, [&](uint32_t channel, uint32_t column, uint8_t code) {
    const uint32_t group = channel / shapes.group_channels, in_group = channel % shapes.group_channels;
    f(group * shapes.group_outputs + column / area, in_group * area + column % area, code);
  });
}

PackedWeight pack_turned(const Site& site, ConstantWriter& writer) {
  const uint32_t rows = site.output().dims[1];
  const uint64_t nonzeros = site.weight().nonzeros;
  const bool is_long = turned_columns(site) > kMostShortColumns;
  PackedWeight packed = {is_long ? kPackedLongSparse : kPackedSparse, 0, 0, 0, 0};
  uint32_t* const row_begin = writer.take(uint64_t{rows} + 1, &packed.row_begin);
  uint32_t* const words = writer.take(is_long ? nonzeros : divide_up(nonzeros, 2), &packed.words);
  uint32_t* const codes = writer.take(is_long ? 0 : divide_up(nonzeros, 4), &packed.codes);
  writer.put(site.weight().codebook.data(), site.weight().codebook.size(), &packed.codebook);
  if (row_begin == nullptr) return packed;
  for (uint32_t row = 0; row <= rows; ++row) row_begin[row] = 0;
  visit_turned(site, [&](uint32_t row, uint32_t, uint8_t) { ++row_begin[row + 1]; });
  for (uint32_t row = 0; row < rows; ++row) row_begin[row + 1] += row_begin[row];
  // row_begin[row] moves to the end of the row, which is the begin of the next, as it fills.
  uint16_t* const short_columns = reinterpret_cast<uint16_t*>(words);
  uint8_t* const short_codes = reinterpret_cast<uint8_t*>(codes);
  visit_turned(site, [&](uint32_t row, uint32_t column, uint8_t code) {
    const uint32_t i = row_begin[row]++;
    if (is_long) {
      words[i] = sparse_word(column, code);
    } else {
      short_columns[i] = static_cast<uint16_t>(column);
      short_codes[i] = code;
    }
  });
  for (uint32_t row = rows; row > 0; --row) row_begin[row] = row_begin[row - 1];
  row_begin[0] = 0;
  return packed;
}

void pack(const Site& site, ConstantWriter& writer, Packed* packed) {
  const bool turned = is_transposed(site) && site.weight().form == WeightForm::kSparse;
  const PackedWeight weight = turned ? pack_turned(site, writer) : pack_weight(site.weight(), writer);
  packed->form = weight.form;
  packed->at[kWords] = weight.words;
  packed->at[kCodes] = weight.codes;
  packed->at[kRowBegin] = weight.row_begin;
  packed->at[kCodebook] = weight.codebook;
  packed->at[kBiasPart] = pack_bias(site.weights[kBias], site.output().dims[1], writer);
}

// KERNEL of the shaders: sizes that networks have get a pipeline of their own.
uint32_t usual_kernel(const ConvolutionPush& push) {
  if (push.kernel_h != push.kernel_w) return 0;
  return push.kernel_h == 1 || push.kernel_h == 3 || push.kernel_h == 5 || push.kernel_h == 7 ? push.kernel_h : 0;
}

bool is_padded(const ConvolutionAttributes& convolution) {
  return convolution.y.pad_before + convolution.y.pad_after + convolution.x.pad_before + convolution.x.pad_after > 0;
}

void lower(const Site& site, const Packed& packed, uint32_t samples, const Traits&, StepList& steps) {
  ConvolutionPush push = shapes_of(site, samples);
  push.words = packed.at[kWords];
  push.codes = packed.at[kCodes];
  push.row_begin = packed.at[kRowBegin];
  push.codebook = packed.at[kCodebook];
  push.bias = packed.at[kBiasPart];
  const uint64_t pixels = uint64_t{push.samples} * push.out_height * push.out_width;
  Step step;
  step.bindings[0] = output();
  step.bindings[1] = input(0);
  step.bindings[3] = constants();
  if (is_sparse(packed.form)) {
    const bool padded = is_transposed(site) || is_padded(site.op->attributes.convolution);
    return steps.add(sparse_convolution_step(push, output(), input(0), packed.form, activation_of(site), padded,
                                             is_transposed(site)));
  }
  if (!is_transposed(site) && push.group_outputs >= kLeastTiledOutputs) {
    step.shader = "dense_convolution";
    step.set_specialise({kThreads, packed.form, activation_of(site), usual_kernel(push)});
    step.groups =
        divide_up(push.group_outputs, kTile) * divide_up(pixels, kTile) * (push.channels / push.group_channels);
  } else {
    step.shader = "direct_convolution";
    step.set_specialise(
        {kThreads, packed.form, activation_of(site), usual_kernel(push), is_transposed(site) ? 1u : 0u});
    step.groups = divide_up(pixels * push.outputs, kThreads);
  }
  step.set_push(push);
  steps.add(step);
}

}  // namespace

Step sparse_convolution_step(ConvolutionPush push, Operand y, Operand a, uint32_t form, uint32_t activation,
                             bool padded, bool transposed) {
  const uint64_t pixels = uint64_t{push.samples} * push.out_height * push.out_width;
  const uint32_t each = pixels >= kPixelsForMany ? kMostPixels : 1;
  const uint64_t tiles = divide_up(pixels, uint64_t{each} * kThreads);
  const uint64_t rows = tiles * push.outputs / kEnoughGroups;
  push.rows_of_group = static_cast<uint32_t>(rows < 1 ? 1 : rows > kMostRowsOfGroup ? kMostRowsOfGroup : rows);
  Step step;
  step.shader = "sparse_convolution";
  step.bindings[0] = y;
  step.bindings[1] = a;
  step.bindings[3] = constants();
  step.set_specialise({kThreads, form, activation, each, padded ? 1u : 0u, transposed ? 1u : 0u});
  step.set_push(push);
  step.groups = tiles * divide_up(push.outputs, push.rows_of_group);
  return step;
}

const Lowering kConvolutionLowerings[] = {
    {OpType::kConv2d, refuses, pack, lower},
    {OpType::kConv1d, refuses, pack, lower},
    {OpType::kConvTranspose2d, refuses, pack, lower},
};
const uint32_t kConvolutionLoweringCount = sizeof kConvolutionLowerings / sizeof kConvolutionLowerings[0];

}  // namespace dcm::vulkan
