// Operators that move elements and compute nothing, against their definitions in docs/format.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "one_op.h"

namespace dcm {
namespace {

using testing::add_constant;
using testing::Array4;
using testing::array_of;
using testing::element;
using testing::generate;
using testing::kFixed;
using testing::ModelParts;
using testing::OneOp;
using testing::OpParts;
using testing::pick;
using testing::random_tensor;
using testing::Tensor;
namespace fb = testing::fb;
using Index = std::vector<uint32_t>;

std::vector<uint32_t> random_shape(std::mt19937& random, uint32_t least_rank, uint32_t most_rank) {
  std::vector<uint32_t> shape(pick(random, least_rank, most_rank));
  for (uint32_t& size : shape) size = pick(random, 1, 5);
  return shape;
}

// What the kernel gives, for one thread and several, is exactly the reference's elements under its shape.
void expect_moves(const ModelParts& parts, const std::vector<std::vector<uint32_t>>& shapes,
                  const std::vector<Tensor>& inputs, bool fixed, const Array4& expected) {
  const OneOp run(parts, shapes, fixed);
  ASSERT_EQ(run.code(), DCM_OK) << run.text();
  std::vector<int64_t> shape(expected.shape.begin(), expected.shape.end());
  if (!fixed) shape[0] = -1;
  ASSERT_EQ(run.shape(), shape);
  const Tensor values(expected.values.begin(), expected.values.end());
  ASSERT_EQ(run(inputs), values);
  ASSERT_EQ(run(inputs, 3), values);
}

TEST(Transpose, RandomPermutations) {
  std::mt19937 random(41);
  for (int i = 0; i < 200; ++i) {
    const bool fixed = i % 2 == 0;
    const std::vector<uint32_t> shape = random_shape(random, 1, 6);
    std::vector<uint32_t> permutation(shape.size()), out;
    std::iota(permutation.begin(), permutation.end(), 0u);
    std::shuffle(permutation.begin() + (fixed ? 0 : 1), permutation.end(), random);
    for (const uint32_t axis : permutation) out.push_back(shape[axis]);
    ModelParts parts;
    parts.add(fb::OpAttributes_Transpose).permutation = permutation;
    const Tensor x = random_tensor(random, shape);
    const Array4 input = array_of(shape, x);
    expect_moves(parts, {shape}, {x}, fixed, generate(out, [&](const Index& index) {
                   Index from(index.size());
                   for (size_t k = 0; k < index.size(); ++k) from[permutation[k]] = index[k];
                   return element(input, from);
                 }));
  }
}

TEST(Transpose, LargeEnoughForThreads) {
  std::mt19937 random(42);
  ModelParts parts;
  parts.add(fb::OpAttributes_Transpose).permutation = {0, 2, 1};
  const std::vector<uint32_t> shape = {3, 200, 301};
  const Tensor x = random_tensor(random, shape);
  const Array4 input = array_of(shape, x);
  expect_moves(parts, {shape}, {x}, false,
               generate({3, 301, 200}, [&](const Index& i) { return element(input, {i[0], i[2], i[1]}); }));
}

TEST(Reshape, KeepsTheElements) {
  std::mt19937 random(43);
  const Tensor x = random_tensor(random, {2, 3, 4});
  ModelParts parts;
  parts.add(fb::OpAttributes_Reshape).shape = {2, 6};
  expect_moves(parts, {{2, 3, 4}}, {x}, false, array_of({2, 2, 6}, x));
  EXPECT_EQ(OneOp(parts, {{2, 3, 4}}).kernel(), "reshape_view");
  parts.ops[0].shape = {6, 4};
  expect_moves(parts, {{2, 3, 4}}, {x}, kFixed, array_of({6, 4}, x));
  parts.ops[0].shape = {};  // of one element a sample
  expect_moves(parts, {{5, 1, 1}}, {{1, 2, 3, 4, 5}}, false, array_of({5}, {1, 2, 3, 4, 5}));
}

TEST(Slice, RandomRanges) {
  std::mt19937 random(44);
  for (int i = 0; i < 200; ++i) {
    const bool fixed = i % 2 == 0;
    std::vector<uint32_t> shape = random_shape(random, fixed ? 1 : 2, 5);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_Slice);
    op.axis = pick(random, fixed ? 0 : 1, static_cast<uint32_t>(shape.size()) - 1);
    shape[op.axis] = pick(random, 1, 12);
    op.start = pick(random, 0, shape[op.axis] - 1);
    op.end = pick(random, op.start + 1, shape[op.axis]);
    op.step = pick(random, 1, 4);
    std::vector<uint32_t> out = shape;
    out[op.axis] = 0;
    for (uint32_t at = op.start; at < op.end; at += op.step) ++out[op.axis];
    const Tensor x = random_tensor(random, shape);
    const Array4 input = array_of(shape, x);
    expect_moves(parts, {shape}, {x}, fixed, generate(out, [&](Index index) {
                   index[op.axis] = op.start + index[op.axis] * op.step;
                   return element(input, index);
                 }));
  }
}

TEST(Slice, OfAStepBeyondTheEnd) {
  ModelParts parts;
  OpParts& op = parts.add(fb::OpAttributes_Slice);
  op.start = 2;
  op.end = 3;
  op.step = 0xFFFFFFFF;
  EXPECT_EQ(OneOp(parts, {{1, 3}})({{1, 2, 3}}), Tensor{3});
}

TEST(Expand, RandomAxes) {
  std::mt19937 random(45);
  for (int i = 0; i < 200; ++i) {
    const bool fixed = i % 2 == 0;
    std::vector<uint32_t> shape = random_shape(random, 1, 6), out = shape;
    for (size_t axis = fixed ? 0 : 1; axis < shape.size(); ++axis)
      if (random() % 2 == 0) {
        shape[axis] = 1;
        out[axis] = pick(random, 1, 4);
      }
    ModelParts parts;
    parts.add(fb::OpAttributes_Expand).shape.assign(out.begin() + (fixed ? 0 : 1), out.end());
    const Tensor x = random_tensor(random, shape);
    const Array4 input = array_of(shape, x);
    expect_moves(parts, {shape}, {x}, fixed, generate(out, [&](Index index) {
                   for (size_t axis = 0; axis < index.size(); ++axis) index[axis] %= shape[axis];
                   return element(input, index);
                 }));
  }
}

TEST(Concat, RandomInputs) {
  std::mt19937 random(46);
  for (int i = 0; i < 200; ++i) {
    const bool fixed = i % 2 == 0;
    const std::vector<uint32_t> shape = random_shape(random, fixed ? 1 : 2, 4);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_Concat);
    op.axis = pick(random, fixed ? 0 : 1, static_cast<uint32_t>(shape.size()) - 1);
    std::vector<std::vector<uint32_t>> shapes(pick(random, 1, 9), shape);
    std::vector<Tensor> inputs;
    std::vector<uint32_t> out = shape;
    out[op.axis] = 0;
    for (auto& each : shapes) {
      out[op.axis] += each[op.axis] = pick(random, 1, 4);
      inputs.push_back(random_tensor(random, each));
    }
    expect_moves(parts, shapes, inputs, fixed, generate(out, [&](Index index) {
                   size_t k = 0;
                   for (; index[op.axis] >= shapes[k][op.axis]; ++k) index[op.axis] -= shapes[k][op.axis];
                   return element(array_of(shapes[k], inputs[k]), index);
                 }));
  }
}

TEST(Concat, OfOneValueTwice) {
  ModelParts parts;
  parts.add(fb::OpAttributes_Concat).inputs = {{0, 0}};
  EXPECT_EQ(OneOp(parts, {{2, 2}})({{1, 2, 3, 4}}), (Tensor{1, 2, 1, 2, 3, 4, 3, 4}));
}

TEST(Pad, RandomPaddings) {
  std::mt19937 random(47);
  for (int i = 0; i < 300; ++i) {
    const bool fixed = i % 2 == 0;
    const std::vector<uint32_t> shape = random_shape(random, 1, 5);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_Pad);
    op.mode = static_cast<fb::Padding>(i % 3);
    op.value = -7.5f;
    std::vector<uint32_t> out;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      const uint32_t most = axis == 0 && !fixed ? 0 : op.mode == fb::Padding_Reflect ? shape[axis] - 1 : 4;
      op.before.push_back(pick(random, 0, most));
      op.after.push_back(pick(random, 0, most));
      out.push_back(shape[axis] + op.before.back() + op.after.back());
    }
    const Tensor x = random_tensor(random, shape);
    const Array4 input = array_of(shape, x);
    expect_moves(parts, {shape}, {x}, fixed, generate(out, [&](Index index) -> double {
                   for (size_t axis = 0; axis < index.size(); ++axis) {
                     int64_t at = int64_t{index[axis]} - op.before[axis];
                     const int64_t last = int64_t{shape[axis]} - 1;
                     if ((at < 0 || at > last) && op.mode == fb::Padding_Constant) return -7.5;
                     if (op.mode == fb::Padding_Replicate) at = std::clamp<int64_t>(at, 0, last);
                     if (op.mode == fb::Padding_Reflect) at = at < 0 ? -at : at > last ? last - (at - last) : at;
                     index[axis] = static_cast<uint32_t>(at);
                   }
                   return element(input, index);
                 }));
  }
}

TEST(Pad, WithInfinity) {
  ModelParts parts;
  OpParts& op = parts.add(fb::OpAttributes_Pad);
  op.before = {0, 1};
  op.after = {0, 0};
  op.value = -INFINITY;
  EXPECT_EQ(OneOp(parts, {{1, 1}})({{2}}), (Tensor{-INFINITY, 2}));
}

TEST(Constant, IsTheSameForEverySample) {
  // x plus a constant of one row: slices of a large batch, on several threads.
  ModelParts parts;
  const uint32_t constant = add_constant(&parts, 1, {3}, {10, 20, 30});
  parts.add(fb::OpAttributes_Expand).shape = {1, 3};  // of a value without the batch
  parts.ops.back().inputs = {{constant}};
  EXPECT_EQ(OneOp(parts, {{2, 3}}).code(), DCM_GRAPH_SHAPE);
  parts.ops.pop_back();
  parts.add(fb::OpAttributes_Reshape).shape = {1, 3};
  parts.add(fb::OpAttributes_MatMul).inputs = {{0, constant + 1}};
  const OneOp run(parts, {{5000, 2, 1}});
  ASSERT_EQ(run.code(), DCM_OK) << run.text();
  EXPECT_EQ(run.shape(), (std::vector<int64_t>{-1, 2, 3}));
  Tensor x(10000), expected;
  for (size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<float>(i % 97);
    for (const float factor : {10.0f, 20.0f, 30.0f}) expected.push_back(factor * x[i]);
  }
  EXPECT_EQ(run({x}), expected);
  EXPECT_EQ(run({x}, 4), expected);
}

TEST(Constant, MayBeAnOutput) {
  ModelParts parts;
  const uint32_t constant = add_constant(&parts, 1, {2, 2}, {1, 2, 3, 4});
  const OneOp run(parts, {{1}}, kFixed);
  EXPECT_EQ(run.kernel(), "constant_view");
  EXPECT_EQ(run({{0}}), (Tensor{1, 2, 3, 4}));
  parts.add(fb::OpAttributes_Transpose).permutation = {1, 0};
  parts.ops.back().inputs = {{constant}};
  EXPECT_EQ(OneOp(parts, {{1}}, kFixed)({{0}}), (Tensor{1, 3, 2, 4}));
}

}  // namespace
}  // namespace dcm
