// What the runtime knows about each operator before any kernel: how it is read from the file, and the shape it makes.
#pragma once

#include "core/status.h"
#include "format/schema.h"
#include "format/weight.h"
#include "graph/graph.h"

namespace dcm {

// What an operator's shape depends on.
struct OpShapes {
  const Shape* inputs[kMaxOpInputs];
  const Weight* weight;  // null if it has none; shapes and forms are known, the arrays may still be empty
  const Weight* bias;
};

struct OpRule {
  const char* type;  // as in the schema
  uint32_t inputs;
  bool has_weight;
  bool is_view;  // the output is the input's elements under another shape; there is nothing to compute
  // Reads and checks the attributes. GRAPH_ATTRIBUTE, or GRAPH_OPERATOR for what only a newer runtime knows.
  Status (*parse)(const fb::Op& from, Op* op);
  // The output's shape, or GRAPH_SHAPE. Completes attributes that the weight decides (the window of a convolution).
  Status (*infer)(const OpShapes& shapes, Op* op, Shape* output);
  // How often a weight is multiplied for one sample; null without weights.
  uint64_t (*uses_of_weight)(const Op& op, const Shape& input, const Shape& output);
};

// Null for a number that is no OpType.
const OpRule* find_op_rule(uint32_t type);
inline const OpRule& op_rule(OpType type) {
  return *find_op_rule(static_cast<uint32_t>(type));
}

// GRAPH_OPERATOR for an activation that this runtime does not know.
Status parse_activation(fb::Activation from, Op* op);

// GRAPH_SHAPE unless there is no bias or it has the shape [outputs].
Status verify_bias(const Weight* bias, uint32_t outputs);

extern const OpRule kLinearRule;
extern const OpRule kConv2dRule;
extern const OpRule kMaxPool2dRule;
extern const OpRule kReluRule;
extern const OpRule kFlattenRule;
extern const OpRule kAddRule;
extern const OpRule kSoftmaxRule;

}  // namespace dcm
