// The network as it stays in memory: operators in order of execution and the values between them.
#pragma once

#include <cstdint>

#include "core/array.h"
#include "graph/op_attributes.h"
#include "graph/shape.h"

namespace dcm {

// The numbers of the union OpAttributes in the schema.
enum class OpType : uint8_t {
  kLinear = 1,
  kConv2d,
  kMaxPool2d,
  kRelu,
  kFlatten,
  kAdd,
  kSoftmax,
  kConv1d,
  kConvTranspose2d,
  kAveragePool2d,
  kAdaptiveAveragePool2d,
  kAdaptiveMaxPool2d,
  kClamp,
  kLeakyRelu,
  kPrelu,
  kHardSwish,
  kHardSigmoid,
  kSigmoid,
  kTanh,
  kSilu,
  kGelu,
  kExp,
  kLog,
  kSqrt,
  kAbs,
  kAffine,
  kPowerScalar,
  kSubtract,
  kMultiply,
  kDivide,
  kMinimum,
  kMaximum,
  kPower,
  kReduce,
  kMatMul,
  kAttention,
  kLayerNorm,
  kGroupNorm,
  kChannelAffine,
  kLocalResponseNorm,
  kConstant,
  kReshape,
  kTranspose,
  kConcat,
  kSlice,
  kExpand,
  kPad,
  kResize2d,
  kEmbedding,
  kLstm,
  kGru
};
constexpr uint32_t kOpTypes = 51;

// What a weight is for an operator.
enum WeightRole : uint8_t { kWeight, kBias, kRecurrent, kRecurrentBias };
constexpr uint32_t kWeightRoles = 4;

constexpr uint32_t kMaxOpOutputs = 3;

struct Op {
  OpType type{};
  Activation activation = Activation::kNone;
  uint32_t name = 0;                                                              // where it starts in Graph::names
  uint32_t weights[kWeightRoles] = {kNoWeight, kNoWeight, kNoWeight, kNoWeight};  // indices of weights, by role
  uint32_t first_input = 0, input_count = 0;                                      // of Graph::op_inputs
  uint32_t first_output = 0, output_count = 0;                                    // value ids
  OpAttributes attributes = {};
};

// An input or output of the network.
struct Port {
  uint32_t name = 0;   // where it starts in Graph::names
  uint32_t value = 0;  // value id
};

// Values are known by ids: the inputs first, then those that each operator makes, in order.
struct Graph {
  bool batched = false;  // the caller chooses how many samples
  Array<Shape> shapes;   // of every value
  Array<Op> ops;
  Array<uint32_t> op_inputs;  // ids of the values that the operators read, one operator after another
  Array<Port> inputs, outputs;
  Array<char> names;  // zero-terminated, one after another

  // Fits: a place in names, as copy() gave it.
  const char* name(uint32_t at) const { return names.data() + at; }
  // Fits: a place in op_inputs, as build_graph() counted them.
  uint32_t input_of(const Op& op, uint32_t k) const { return op_inputs[op.first_input + k]; }
};

}  // namespace dcm
