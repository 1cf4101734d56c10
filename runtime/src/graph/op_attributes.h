// What each operator is told beside its weights: the schema's tables, checked.
#pragma once

#include <cstdint>

#include "format/limits.h"
#include "ops/window.h"

namespace dcm {

// Numbers as in the schema.
enum class Activation : uint8_t { kNone, kRelu, kRelu6, kHardSwish, kHardSigmoid, kSigmoid, kTanh, kSilu, kGelu };
enum class Reduction : uint8_t { kMean, kSum, kMax, kMin };
enum class Padding : uint8_t { kConstant, kReflect, kReplicate };
enum class Interpolation : uint8_t { kNearest, kBilinear };

// Conv2d, ConvTranspose2d, and Conv1d, whose y axis has one element and no padding. The weight decides the kernel's
// size.
struct ConvolutionAttributes {
  WindowAxis y, x;
  uint32_t groups;
};
struct MaxPool2dAttributes {
  WindowAxis y, x;
};
struct AveragePool2dAttributes {
  WindowAxis y, x;
  bool count_include_pad;
  uint32_t divisor;  // 0: the number of elements
};
// AdaptiveAveragePool2d, AdaptiveMaxPool2d.
struct AdaptivePool2dAttributes {
  uint32_t out_h, out_w;
};
struct FlattenAttributes {
  uint32_t first_axis, last_axis;  // both become one axis with those between
};
// Softmax, Concat.
struct AxisAttributes {
  uint32_t axis;
};
struct ClampAttributes {
  float low, high;
};
struct LeakyReluAttributes {
  float slope;
};
struct GeluAttributes {
  bool tanh_approximation;
};
struct AffineAttributes {
  float scale, shift;
};
struct PowerScalarAttributes {
  float exponent;
};
struct ReduceAttributes {
  Reduction reduction;
  bool keep_axes;
  bool reduces[kMaxRank];  // whether an axis goes
};
struct AttentionAttributes {
  float scale;
  bool causal;
};
struct LayerNormAttributes {
  float epsilon;
  uint32_t axes;
};
struct GroupNormAttributes {
  float epsilon;
  uint32_t groups;
};
struct LocalResponseNormAttributes {
  uint32_t size;
  float alpha, beta, k;
};
// Reshape, Expand: the sizes after the batch, if there is one.
struct SizesAttributes {
  uint32_t count;
  uint32_t sizes[kMaxRank];
};
struct TransposeAttributes {
  uint32_t count;
  uint8_t permutation[kMaxRank];  // output axis i is input axis permutation[i]
};
struct SliceAttributes {
  uint32_t axis, start, end, step;
};
struct PadAttributes {
  uint32_t count;
  uint32_t before[kMaxRank], after[kMaxRank];
  Padding mode;
  float value;
};
struct Resize2dAttributes {
  uint32_t out_h, out_w;
  Interpolation interpolation;
  bool align_corners;
  float scale_h, scale_w;  // source step a pixel; 0: input size / output size
};
// Lstm, Gru.
struct RecurrentAttributes {
  bool has_state, reverse;
};

// The member for an operator has its name; none for those that are told nothing.
union OpAttributes {
  ConvolutionAttributes convolution;
  MaxPool2dAttributes max_pool2d;
  AveragePool2dAttributes average_pool2d;
  AdaptivePool2dAttributes adaptive_pool2d;
  FlattenAttributes flatten;
  AxisAttributes softmax, concat;
  ClampAttributes clamp;
  LeakyReluAttributes leaky_relu;
  GeluAttributes gelu;
  AffineAttributes affine;
  PowerScalarAttributes power_scalar;
  ReduceAttributes reduce;
  AttentionAttributes attention;
  LayerNormAttributes layer_norm;
  GroupNormAttributes group_norm;
  LocalResponseNormAttributes local_response_norm;
  SizesAttributes reshape, expand;
  TransposeAttributes transpose;
  SliceAttributes slice;
  PadAttributes pad;
  Resize2dAttributes resize2d;
  RecurrentAttributes lstm, gru;
};

}  // namespace dcm
