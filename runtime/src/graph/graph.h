// The network as it stays in memory: operators in order of execution and the values between them.
#pragma once

#include <cstdint>

#include "core/array.h"
#include "graph/shape.h"
#include "ops/window.h"

namespace dcm {

constexpr uint32_t kNoWeight = kNoBias;

// The numbers of the union OpAttributes in the schema.
enum class OpType : uint8_t { kLinear = 1, kConv2d, kMaxPool2d, kRelu, kFlatten, kAdd, kSoftmax };
constexpr uint32_t kOpTypes = 7;

enum class Activation : uint8_t { kNone, kRelu };

struct Conv2dAttributes {
  WindowAxis y, x;
  uint32_t groups;
};
struct MaxPool2dAttributes {
  WindowAxis y, x;
};
struct FlattenAttributes {
  uint32_t first_axis, last_axis;  // both become one axis with those between
};
struct SoftmaxAttributes {
  uint32_t axis;
};

constexpr uint32_t kMaxOpInputs = 2;

struct Op {
  OpType type{};
  Activation activation = Activation::kNone;
  uint32_t name = 0;                              // where it starts in Graph::names
  uint32_t weight = kNoWeight, bias = kNoWeight;  // indices of weights
  uint32_t inputs[kMaxOpInputs] = {};             // value ids; how many: op_rule(type).inputs
  uint32_t output = 0;                            // value id
  union {
    Conv2dAttributes conv2d;
    MaxPool2dAttributes max_pool2d;
    FlattenAttributes flatten;
    SoftmaxAttributes softmax = {};
  };
};

// An input or output of the network.
struct Port {
  uint32_t name = 0;   // where it starts in Graph::names
  uint32_t value = 0;  // value id
};

// Values are known by ids: the inputs first, then one for each operator, in order.
struct Graph {
  bool batched = false;  // the caller chooses how many samples; the shapes are those of one
  Array<Shape> shapes;   // of every value
  Array<Op> ops;
  Array<Port> inputs, outputs;
  Array<char> names;  // zero-terminated, one after another

  const char* name(uint32_t at) const { return names.data() + at; }
};

}  // namespace dcm
