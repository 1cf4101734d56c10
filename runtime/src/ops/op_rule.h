// What the runtime knows about each operator before any kernel: how it is read from the file, and the shapes it makes.
#pragma once

#include "core/status.h"
#include "format/schema.h"
#include "graph/site.h"

namespace dcm {

// How many values an operator reads.
struct Arity {
  uint32_t least, most;
};
constexpr uint32_t kAnyNumber = 0xFFFFFFFFu;

// Whether an operator has a weight in a role, and in which forms.
enum class WeightUse : uint8_t {
  kNone,
  kDense,
  kDenseOrNone,
  kAnyForm,
};

// Where the value that an operator makes lives.
enum class Makes : uint8_t {
  kNew,         // in memory of its own, which a kernel fills
  kInputView,   // the input's elements under another shape; there is nothing to compute
  kWeightView,  // the elements of the weight (dense); there is nothing to compute
};

struct OpRule {
  const char* type;  // as in the schema
  Arity inputs;
  uint32_t outputs;
  WeightUse weights[kWeightRoles];
  Makes makes;
  // Reads the attributes and the indices of the weights into op, whose inputs are known, and checks what no shape says.
  // GRAPH_ATTRIBUTE, or GRAPH_OPERATOR for what only a newer runtime knows.
  Status (*parse)(const fb::Op& from, Op* op);
  // The shapes of what it makes, or GRAPH_SHAPE, or GRAPH_ATTRIBUTE for attributes that do not fit the shapes.
  // Completes attributes that the weight decides (the window of a convolution). The site has the inputs' shapes and the
  // weights' shapes and forms, the latter as `weights` says. Refuses what would mix samples. All outputs have the batch
  // if an input has: the caller sees to that and calls verify_shape() on them.
  Status (*infer)(const Site& site, Op* op, Shape* outputs);
  // Multiply-accumulates for one sample, zero weights not counted; null: none.
  uint64_t (*macs)(const Site& site);
};

// Null for a number that is no OpType.
const OpRule* find_op_rule(uint32_t type);
inline const OpRule& op_rule(OpType type) {
  return *find_op_rule(static_cast<uint32_t>(type));
}

// GRAPH_OPERATOR for an activation that this runtime does not know.
Status parse_activation(fb::Activation from, Op* op);

// GRAPH_ATTRIBUTE unless the axis is one of the input's and not the batch.
Status verify_axis(uint32_t axis, const Shape& input);

// GRAPH_SHAPE unless the input has that many axes or more.
Status verify_least_rank(const Shape& input, uint32_t least);

// GRAPH_ATTRIBUTE for an infinity or NaN in the attribute of that name.
Status verify_finite(float value, const char* name);

// GRAPH_ATTRIBUTE unless it is what may be added to a variance: finite, 0 or more.
Status verify_epsilon(float epsilon);

// GRAPH_SHAPE unless the input is [N, C, H, W].
Status verify_nchw(const Shape& input);

// GRAPH_SHAPE unless there is no such weight or it has the shape [size].
Status verify_vector(const Site& site, WeightRole role, uint32_t size);

// "weight", "bias", ... as in the schema.
const char* weight_role_name(WeightRole role);

extern const OpRule kLinearRule;
extern const OpRule kConv2dRule;
extern const OpRule kMaxPool2dRule;
extern const OpRule kReluRule;
extern const OpRule kFlattenRule;
extern const OpRule kAddRule;
extern const OpRule kSoftmaxRule;
extern const OpRule kConv1dRule;
extern const OpRule kConvTranspose2dRule;
extern const OpRule kAveragePool2dRule;
extern const OpRule kAdaptiveAveragePool2dRule;
extern const OpRule kAdaptiveMaxPool2dRule;
extern const OpRule kClampRule;
extern const OpRule kLeakyReluRule;
extern const OpRule kPreluRule;
extern const OpRule kHardSwishRule;
extern const OpRule kHardSigmoidRule;
extern const OpRule kSigmoidRule;
extern const OpRule kTanhRule;
extern const OpRule kSiluRule;
extern const OpRule kGeluRule;
extern const OpRule kExpRule;
extern const OpRule kLogRule;
extern const OpRule kSqrtRule;
extern const OpRule kAbsRule;
extern const OpRule kAffineRule;
extern const OpRule kPowerScalarRule;
extern const OpRule kSubtractRule;
extern const OpRule kMultiplyRule;
extern const OpRule kDivideRule;
extern const OpRule kMinimumRule;
extern const OpRule kMaximumRule;
extern const OpRule kPowerRule;
extern const OpRule kReduceRule;
extern const OpRule kMatMulRule;
extern const OpRule kAttentionRule;
extern const OpRule kLayerNormRule;
extern const OpRule kGroupNormRule;
extern const OpRule kChannelAffineRule;
extern const OpRule kLocalResponseNormRule;
extern const OpRule kConstantRule;
extern const OpRule kReshapeRule;
extern const OpRule kTransposeRule;
extern const OpRule kConcatRule;
extern const OpRule kSliceRule;
extern const OpRule kExpandRule;
extern const OpRule kPadRule;
extern const OpRule kResize2dRule;
extern const OpRule kEmbeddingRule;
extern const OpRule kLstmRule;
extern const OpRule kGruRule;

}  // namespace dcm
