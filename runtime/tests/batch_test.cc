// "The batch" of docs/format.md, section 3, and what the operators that move elements refuse.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "one_op.h"

namespace dcm {
namespace {

using testing::add_constant;
using testing::ModelParts;
using testing::OneOp;
using testing::OpParts;
using testing::Tensor;
namespace fb = testing::fb;

struct Refusal {
  const char* name;
  // Adds the operators to a model of one input, value 0.
  std::function<void(ModelParts&)> add;
  std::vector<uint32_t> input;
  bool fixed;
  int code;
  const char* words;
};

class RefusedOp : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusedOp, WithCodeAndWords) {
  const Refusal& refusal = GetParam();
  ModelParts parts;
  refusal.add(parts);
  const OneOp run(parts, {refusal.input}, refusal.fixed);
  EXPECT_EQ(dcm_code_name(run.code()), std::string(dcm_code_name(refusal.code))) << run.text();
  EXPECT_NE(run.text().find(refusal.words), std::string::npos) << run.text();
}

constexpr bool kBatch = false, kNoBatch = true;

// Adds an operator of one input and lets change tell it the rest.
std::function<void(ModelParts&)> one(fb::OpAttributes type, std::function<void(OpParts&)> change) {
  return [=](ModelParts& m) { change(m.add(type, "op")); };
}
// Adds an operator of the input and a constant, in this order.
std::function<void(ModelParts&)> with_constant(fb::OpAttributes type, std::vector<uint32_t> shape) {
  return [=](ModelParts& m) {
    const uint32_t constant = add_constant(&m, 1, shape, Tensor(testing::elements_of(shape), 1.0f));
    m.add(type, "op").inputs = {{0, constant}};
  };
}

const Refusal kRefusals[] = {
    {"SoftmaxOverTheBatch", one(fb::OpAttributes_Softmax, [](OpParts& o) { o.axis = 0; }), {2, 3}, kBatch,
     DCM_GRAPH_ATTRIBUTE, "Softmax 'op' (operator 0): its axis is 0, the batch"},
    {"ConcatOverTheBatch", one(fb::OpAttributes_Concat, [](OpParts& o) { o.axis = 0; }), {2, 3}, kBatch,
     DCM_GRAPH_ATTRIBUTE, "the batch"},
    {"ConcatAxis", one(fb::OpAttributes_Concat, [](OpParts& o) { o.axis = 2; }), {2, 3}, kBatch, DCM_GRAPH_ATTRIBUTE,
     "its axis is 2, but its input has shape [B, 3]"},
    {"ConcatOfNothing", one(fb::OpAttributes_Concat, [](OpParts& o) { o.inputs = std::vector<uint32_t>{}; }), {2, 3},
     kBatch, DCM_GRAPH_REFERENCE, "reads 0 values, expected at least 1"},
    {"ConcatWithAConstant", with_constant(fb::OpAttributes_Concat, {1, 3}), {2, 3}, kBatch, DCM_GRAPH_SHAPE,
     "its inputs 0 and 1 have shapes [B, 3] and [1, 3]"},
    {"ConcatOfTwoRanks", with_constant(fb::OpAttributes_Concat, {2, 3, 1}), {2, 3}, kNoBatch, DCM_GRAPH_SHAPE,
     "[2, 3] and [2, 3, 1]"},
    {"ConcatOfOtherSizes", with_constant(fb::OpAttributes_Concat, {3, 3}), {2, 3}, kNoBatch, DCM_GRAPH_SHAPE,
     "[2, 3] and [3, 3], expected equal ones but for axis 1"},
    {"ConcatTooLarge",
     one(fb::OpAttributes_Concat, [](OpParts& o) { o.inputs = {{0, 0}}; }), {1, 1u << 30}, kBatch, DCM_GRAPH_SHAPE,
     "2^31"},
    {"SliceOfTheBatch", one(fb::OpAttributes_Slice, [](OpParts& o) { o.axis = 0, o.end = 1; }), {2, 3}, kBatch,
     DCM_GRAPH_ATTRIBUTE, "the batch"},
    {"SliceStep0", one(fb::OpAttributes_Slice, [](OpParts& o) { o.end = 1, o.step = 0; }), {2, 3}, kBatch,
     DCM_GRAPH_ATTRIBUTE, "its step is 0"},
    {"SliceOfNothing", one(fb::OpAttributes_Slice, [](OpParts& o) { o.start = o.end = 2; }), {2, 3}, kBatch,
     DCM_GRAPH_ATTRIBUTE, "takes elements 2 to 2 of axis 1 of an input of shape [B, 3]"},
    {"SlicePastTheEnd", one(fb::OpAttributes_Slice, [](OpParts& o) { o.end = 4; }), {2, 3}, kBatch,
     DCM_GRAPH_ATTRIBUTE, "takes elements 0 to 4"},
    {"SlicePastTheRank", one(fb::OpAttributes_Slice, [](OpParts& o) { o.axis = 9, o.end = 1; }), {2, 3}, kBatch,
     DCM_GRAPH_ATTRIBUTE, "its axis is 9"},
    {"ReduceTheBatch", one(fb::OpAttributes_Reduce, [](OpParts& o) { o.axes = {0, 1}, o.keep_axes = true; }), {2, 3},
     kBatch, DCM_GRAPH_ATTRIBUTE, "the batch"},
    {"ReduceUnsorted", one(fb::OpAttributes_Reduce, [](OpParts& o) { o.axes = {2, 1}; }), {2, 3, 4}, kBatch,
     DCM_GRAPH_ATTRIBUTE, "axis 1 is number 1 of its axes"},
    {"ReduceTwice", one(fb::OpAttributes_Reduce, [](OpParts& o) { o.axes = {1, 1}; }), {2, 3, 4}, kBatch,
     DCM_GRAPH_ATTRIBUTE, "ascending"},
    {"ReducePastTheRank", one(fb::OpAttributes_Reduce, [](OpParts& o) { o.axes = {1, 3}; }), {2, 3, 4}, kBatch,
     DCM_GRAPH_ATTRIBUTE, "its axis is 3"},
    {"ReduceAxis8", one(fb::OpAttributes_Reduce, [](OpParts& o) { o.axes = {8}; }), {2, 3, 4}, kBatch,
     DCM_GRAPH_ATTRIBUTE, "below 8"},
    {"ReduceEverything", one(fb::OpAttributes_Reduce, [](OpParts& o) { o.axes = {0, 1}; }), {2, 3}, kNoBatch,
     DCM_GRAPH_SHAPE, "0 dimensions"},
    {"ReduceByWhat", one(fb::OpAttributes_Reduce, [](OpParts& o) { o.reduction = static_cast<fb::Reduction>(4); }),
     {2, 3}, kBatch, DCM_GRAPH_OPERATOR, "reduction 4: it needs a newer runtime"},
    {"TransposeTheBatch", one(fb::OpAttributes_Transpose, [](OpParts& o) { o.permutation = {1, 0}; }), {2, 3}, kBatch,
     DCM_GRAPH_ATTRIBUTE, "moves axis 1 to the place of the batch"},
    {"TransposeOtherRank", one(fb::OpAttributes_Transpose, [](OpParts& o) { o.permutation = {0, 1, 2}; }), {2, 3},
     kBatch, DCM_GRAPH_ATTRIBUTE, "permutes 3 axes, but its input has shape [B, 3]"},
    {"TransposeTwice", one(fb::OpAttributes_Transpose, [](OpParts& o) { o.permutation = {0, 1, 1}; }), {2, 3, 4},
     kBatch, DCM_GRAPH_ATTRIBUTE, "names axis 1 twice"},
    {"TransposeAxis", one(fb::OpAttributes_Transpose, [](OpParts& o) { o.permutation = {0, 3, 1}; }), {2, 3, 4},
     kBatch, DCM_GRAPH_ATTRIBUTE, "names axis 3"},
    {"TransposeRank9", one(fb::OpAttributes_Transpose, [](OpParts& o) { o.permutation.assign(9, 0); }), {2, 3, 4},
     kBatch, DCM_GRAPH_ATTRIBUTE, "permutes 9 axes"},
    {"PadTheBatch", one(fb::OpAttributes_Pad, [](OpParts& o) { o.before = {1, 0}, o.after = {0, 0}; }), {2, 3}, kBatch,
     DCM_GRAPH_ATTRIBUTE, "pads the batch by 1 and 0"},
    {"PadTwoLengths", one(fb::OpAttributes_Pad, [](OpParts& o) { o.before = {0, 0}, o.after = {0}; }), {2, 3}, kBatch,
     DCM_GRAPH_ATTRIBUTE, "pads 2 axes before and 1 after"},
    {"PadOtherRank", one(fb::OpAttributes_Pad, [](OpParts& o) { o.before = o.after = {0, 0, 1}; }), {2, 3}, kBatch,
     DCM_GRAPH_ATTRIBUTE, "pads 3 axes"},
    {"PadRank9", one(fb::OpAttributes_Pad, [](OpParts& o) { o.before.assign(9, 0), o.after.assign(9, 0); }), {2, 3},
     kBatch, DCM_GRAPH_ATTRIBUTE, "at most 8"},
    {"PadReflectsTooMuch",
     one(fb::OpAttributes_Pad,
         [](OpParts& o) { o.before = {0, 3}, o.after = {0, 0}, o.mode = fb::Padding_Reflect; }),
     {2, 3}, kBatch, DCM_GRAPH_ATTRIBUTE, "reflects 3 and 0 elements of axis 1"},
    {"PadOverflows",
     one(fb::OpAttributes_Pad, [](OpParts& o) { o.before = {0, 0xFFFFFFFF}, o.after = {0, 0xFFFFFFFF}; }), {2, 3},
     kBatch, DCM_GRAPH_SHAPE, "2^31"},
    {"PadHow",
     one(fb::OpAttributes_Pad,
         [](OpParts& o) { o.before = o.after = {0, 0}, o.mode = static_cast<fb::Padding>(3); }),
     {2, 3}, kBatch, DCM_GRAPH_OPERATOR, "padding 3: it needs a newer runtime"},
    {"ReshapeElements", one(fb::OpAttributes_Reshape, [](OpParts& o) { o.shape = {2, 3}; }), {2, 3}, kBatch,
     DCM_GRAPH_SHAPE, "makes shape [B, 2, 3], of 6 elements, of [B, 3], which has 3"},
    {"ReshapeRank9", one(fb::OpAttributes_Reshape, [](OpParts& o) { o.shape.assign(8, 1); }), {2, 1}, kBatch,
     DCM_GRAPH_SHAPE, "9 dimensions"},
    {"ReshapeOf9Sizes", one(fb::OpAttributes_Reshape, [](OpParts& o) { o.shape.assign(9, 1); }), {1}, kNoBatch,
     DCM_GRAPH_ATTRIBUTE, "9 dimensions"},
    {"ReshapeToNothing", one(fb::OpAttributes_Reshape, [](OpParts&) {}), {1}, kNoBatch, DCM_GRAPH_SHAPE,
     "0 dimensions"},
    {"ReshapeSize0", one(fb::OpAttributes_Reshape, [](OpParts& o) { o.shape = {3, 0}; }), {2, 3}, kBatch,
     DCM_GRAPH_SHAPE, "[B, 3, 0]"},
    {"ExpandOtherRank", one(fb::OpAttributes_Expand, [](OpParts& o) { o.shape = {2, 3}; }), {2, 3}, kBatch,
     DCM_GRAPH_SHAPE, "expands shape [B, 3] to [B, 2, 3]"},
    {"ExpandAnAxisOf3", one(fb::OpAttributes_Expand, [](OpParts& o) { o.shape = {6}; }), {2, 3}, kBatch,
     DCM_GRAPH_SHAPE, "only axes of size 1 may grow"},
    {"ExpandTooLarge", one(fb::OpAttributes_Expand, [](OpParts& o) { o.shape = {1u << 16, 1u << 15}; }), {2, 1, 1},
     kBatch, DCM_GRAPH_SHAPE, "2^31"},
    {"MatMulOfVectors", with_constant(fb::OpAttributes_MatMul, {3}), {2, 3}, kNoBatch, DCM_GRAPH_SHAPE,
     "shape [3], expected 2 dimensions"},
    {"MatMulOverTheBatch", with_constant(fb::OpAttributes_MatMul, {3, 4}), {2, 3}, kBatch, DCM_GRAPH_SHAPE,
     "shape [B, 3], expected 3 dimensions"},
    {"MatMulInnerSizes", with_constant(fb::OpAttributes_MatMul, {4, 3}), {2, 2, 3}, kBatch, DCM_GRAPH_SHAPE,
     "[B, 2, 3] and [4, 3], which have 3 columns and 4 rows"},
    {"MatMulSizesBefore", with_constant(fb::OpAttributes_MatMul, {2, 3, 4}), {3, 2, 3}, kNoBatch, DCM_GRAPH_SHAPE,
     "do not broadcast"},
    {"MatMulWithManySamples", with_constant(fb::OpAttributes_MatMul, {5, 3, 4}), {5, 2, 3}, kBatch, DCM_GRAPH_SHAPE,
     "[B, 2, 3] and [5, 3, 4], which do not broadcast"},
    {"MatMulMovesTheBatch", with_constant(fb::OpAttributes_MatMul, {1, 1, 3, 4}), {5, 2, 3}, kBatch, DCM_GRAPH_SHAPE,
     "do not broadcast"},
    {"ConstantWithInput",
     [](ModelParts& m) { m.add(fb::OpAttributes_Constant).weight = m.dense({1}, {1.0f}); }, {1}, kNoBatch,
     DCM_GRAPH_REFERENCE, "reads 1 values, expected 0"},
    {"ConstantOfASharedWeight",
     [](ModelParts& m) {
       OpParts& op = m.add(fb::OpAttributes_Constant);
       op.inputs = std::vector<uint32_t>{};
       op.weight = m.dense_shared({2}, {0, 1}, {1.0f, 2.0f});
     },
     {1}, kNoBatch, DCM_GRAPH_REFERENCE, "its weight is a dense_shared weight, expected a dense one"},
    {"ConstantOfNoWeight",
     [](ModelParts& m) {
       OpParts& op = m.add(fb::OpAttributes_Constant);
       op.inputs = std::vector<uint32_t>{};
       op.weight = 0xFFFFFFFF;
     },
     {1}, kNoBatch, DCM_GRAPH_REFERENCE, "its weight is weight 4294967295 of 0"},
    {"OutputWithoutTheBatch",
     [](ModelParts& m) { add_constant(&m, 1, {2, 3}, Tensor(6, 1.0f)); }, {2, 3}, kBatch, DCM_GRAPH_SHAPE,
     "output 'y0' has shape [2, 3], expected the batch first"},
};

INSTANTIATE_TEST_SUITE_P(Ops, RefusedOp, ::testing::ValuesIn(kRefusals),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Batch, AxisZeroIsAnAxisWhereThereIsNoBatch) {
  ModelParts parts;
  parts.add(fb::OpAttributes_Softmax).axis = 0;
  EXPECT_EQ(OneOp(parts, {{2, 2}}, testing::kFixed)({{1, 5, 1, 5}}), (Tensor{0.5f, 0.5f, 0.5f, 0.5f}));
}

TEST(Batch, OperatorsOnConstantsMayMixTheirRows) {
  // Values without the batch live beside those that have it, in slices of a large batch.
  ModelParts parts;
  const uint32_t constant = add_constant(&parts, 1, {3, 2}, {1, 2, 3, 4, 5, 6});
  OpParts& slice = parts.add(fb::OpAttributes_Slice);  // rows 1 and 2
  slice.inputs = {{constant}};
  slice.axis = 0;
  slice.start = 1;
  slice.end = 3;
  parts.add(fb::OpAttributes_Transpose).permutation = {1, 0};
  parts.add(fb::OpAttributes_MatMul).inputs = {{0, constant + 2}};
  const OneOp run(parts, {{100000, 1, 2}});
  ASSERT_EQ(run.code(), DCM_OK) << run.text();
  Tensor x, expected;
  for (int i = 0; i < 100000; ++i) {
    const float a = static_cast<float>(i % 11), b = static_cast<float>(i % 7);
    x.insert(x.end(), {a, b});
    expected.insert(expected.end(), {3 * a + 4 * b, 5 * a + 6 * b});
  }
  EXPECT_EQ(run({x}), expected);
  EXPECT_EQ(run({x}, 2), expected);
  dcm_tensor_info info;
  ASSERT_EQ(dcm_model_op_output(run.model(), 1, 0, &info, nullptr), DCM_OK);
  EXPECT_EQ(std::vector<int64_t>(info.dims, info.dims + info.rank), (std::vector<int64_t>{2, 2}));
}

}  // namespace
}  // namespace dcm
