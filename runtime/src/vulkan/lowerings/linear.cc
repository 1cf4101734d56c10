// Linear.
#include "vulkan/lowerings/steps.h"
#include "vulkan/packed_weight.h"

namespace dcm::vulkan {
namespace {

enum Part { kWords, kCodes, kRowBegin, kCodebook, kBiasPart };

constexpr uint32_t kManyForDense = 16;   // vectors: half a tile
constexpr uint32_t kManyForSparse = 32;  // vectors: half a workgroup

const char* refuses(const Site& site, const Traits&) {
  return refuse_weight(site.weight());
}

void pack(const Site& site, ConstantWriter& writer, Packed* packed) {
  const PackedWeight weight = pack_weight(site.weight(), writer);
  packed->form = weight.form;
  packed->at[kWords] = weight.words;
  packed->at[kCodes] = weight.codes;
  packed->at[kRowBegin] = weight.row_begin;
  packed->at[kCodebook] = weight.codebook;
  packed->at[kBiasPart] = pack_bias(site.weights[kBias], site.weight().rows, writer);
}

// Few vectors: a row of the weight for each team of threads.
void lower_few(const Site& site, const Packed& packed, uint32_t vectors, const Traits& traits, StepList& steps) {
  const Weight& weight = site.weight();
  LinearPush push = {};
  push.rows = weight.rows;
  push.columns = weight.columns;
  push.samples = vectors;
  push.words = packed.at[kWords];
  push.codes = packed.at[kCodes];
  push.row_begin = packed.at[kRowBegin];
  push.codebook = packed.at[kCodebook];
  push.bias = packed.at[kBiasPart];
  Step step;
  step.shader = "linear";
  step.bindings[0] = output();
  step.bindings[1] = input(0);
  step.bindings[3] = constants();
  const uint64_t row_elements = is_sparse(packed.form) ? weight.nonzeros / weight.rows : weight.columns;
  const uint32_t team = team_for(row_elements, traits), at_once = vectors == 1 ? 1 : 4;
  step.set_specialise({kThreads, packed.form, activation_of(site), team, at_once});
  step.set_push(push);
  step.groups = divide_up(weight.rows, kThreads / team) * divide_up(vectors, at_once);
  steps.add(step);
}

// Many vectors and a dense weight: tiles, which read each weight once for 32 vectors.
void lower_tiled(const Site& site, const Packed& packed, uint32_t vectors, StepList& steps) {
  MatMulPush push = {};
  push.rows = vectors;
  push.columns = site.weight().rows;
  push.depth = push.a_row_step = site.weight().columns;
  push.a_depth_step = 1;
  push.matrices = 1;
  push.words = packed.at[kWords];
  push.codebook = packed.at[kCodebook];
  push.bias = packed.at[kBiasPart];
  push.scale = 1.0f;
  steps.add(matmul_step_by_weight(push, output(), input(0), packed.form, activation_of(site)));
}

// Many vectors and a sparse weight: vectors side by side are the pixels of a convolution of 1 x 1, which reads each
// weight once for all pixels of a tile, and neighbours in memory for neighbouring threads.
void lower_turned(const Site& site, const Packed& packed, uint32_t vectors, StepList& steps) {
  const Weight& weight = site.weight();
  const Operand x = steps.scratch(uint64_t{vectors} * weight.columns),
                y = steps.scratch(uint64_t{vectors} * weight.rows);
  steps.add(transpose_step(vectors, weight.columns, x, input(0)));
  ConvolutionPush push = {};
  push.samples = push.height = push.out_height = 1;
  push.width = push.out_width = vectors;
  push.channels = push.group_channels = weight.columns;
  push.outputs = push.group_outputs = weight.rows;
  push.kernel_h = push.kernel_w = push.stride_y = push.stride_x = push.dilation_y = push.dilation_x = 1;
  push.words = packed.at[kWords];
  push.codes = packed.at[kCodes];
  push.row_begin = packed.at[kRowBegin];
  push.codebook = packed.at[kCodebook];
  push.bias = packed.at[kBiasPart];
  steps.add(
      sparse_convolution_step(push, y, x, packed.form, activation_of(site), /*padded=*/false, /*transposed=*/false));
  steps.add(transpose_step(weight.rows, vectors, output(), y));
}

void lower(const Site& site, const Packed& packed, uint32_t samples, const Traits& traits, StepList& steps) {
  const uint32_t vectors = static_cast<uint32_t>(site.input().elements() / site.weight().columns * samples);
  if (is_sparse(packed.form) && vectors >= kManyForSparse) return lower_turned(site, packed, vectors, steps);
  if (!is_sparse(packed.form) && vectors >= kManyForDense) return lower_tiled(site, packed, vectors, steps);
  lower_few(site, packed, vectors, traits, steps);
}

}  // namespace

const Lowering kLinearLowering = {OpType::kLinear, refuses, pack, lower};

}  // namespace dcm::vulkan
