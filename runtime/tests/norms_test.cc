// Normalisations against docs/format.md in double precision.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "forced_isa.h"
#include "one_op.h"
#include "refusal.h"

namespace dcm {
namespace {

using testing::Array4;
using testing::array_of;
using testing::expect_independence;
using testing::expect_near;
using testing::ModelParts;
using testing::OneOp;
using testing::OpParts;
using testing::pick;
using testing::Refusal;
using testing::Tensor;
namespace fb = testing::fb;

using Shape32 = std::vector<uint32_t>;

Shape32 random_shape(std::mt19937& random, uint32_t least_rank) {
  Shape32 shape(pick(random, least_rank, 5));
  for (uint32_t& size : shape) size = pick(random, 1, 7);
  return shape;
}

// (x - mean) / sqrt(variance + epsilon) of each part of `size` neighbours.
std::vector<double> normalise(const Tensor& x, size_t size, double epsilon) {
  std::vector<double> y;
  for (size_t part = 0; part < x.size(); part += size) {
    double mean = 0, variance = 0;
    for (size_t i = part; i < part + size; ++i) mean += x[i] / static_cast<double>(size);
    for (size_t i = part; i < part + size; ++i) variance += std::pow(x[i] - mean, 2) / static_cast<double>(size);
    for (size_t i = part; i < part + size; ++i) y.push_back((x[i] - mean) / std::sqrt(variance + epsilon));
  }
  return y;
}

class LayerNorm : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(LayerNorm);

TEST_P(LayerNorm, OverTheLastAxes) {
  std::mt19937 random(81);
  for (int i = 0; i < 300; ++i) {
    const bool fixed = i % 3 == 0;
    const Shape32 shape = random_shape(random, 2);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_LayerNorm);
    op.weight = 0xFFFFFFFF;
    op.epsilon = i % 2 == 0 ? 1e-5f : 0.25f;
    op.last_axes = pick(random, 1, static_cast<uint32_t>(shape.size()) - 1);
    const Shape32 last(shape.end() - op.last_axes, shape.end());
    const size_t size = testing::elements_of(last);
    Tensor weight(size, 1.0f), bias(size, 0.0f);
    if (random() % 3 != 0) op.weight = parts.dense(last, weight = testing::random_values(random, size));
    if (random() % 3 != 0) op.bias = parts.dense(last, bias = testing::random_values(random, size));
    const Tensor x = testing::random_tensor(random, shape);
    std::vector<double> expected = normalise(x, size, op.epsilon);
    for (size_t k = 0; k < x.size(); ++k) expected[k] = expected[k] * weight[k % size] + bias[k % size];
    const OneOp run(parts, {shape}, fixed);
    ASSERT_EQ(run.code(), DCM_OK) << run.text();
    expect_near(run({x}), expected);
  }
}

TEST_P(LayerNorm, OfElementsFarFromZero) {
  // A difference of large sums would have no digit of the variance left.
  std::mt19937 random(82);
  ModelParts parts;
  OpParts& op = parts.add(fb::OpAttributes_LayerNorm);
  op.weight = 0xFFFFFFFF;
  op.epsilon = 1e-5f;
  Tensor x = testing::random_tensor(random, {2, 5000});
  for (float& value : x) value += 4096.0f;
  expect_near(OneOp(parts, {{2, 5000}})({x}), normalise(x, 5000, op.epsilon), 1e-6);
}

TEST_P(LayerNorm, OfEqualElementsIsTheBias) {
  ModelParts parts;
  OpParts& op = parts.add(fb::OpAttributes_LayerNorm);
  op.weight = parts.dense({3}, {1.0f, 2.0f, 3.0f});
  op.bias = parts.dense({3}, {-1.0f, 0.0f, 1.0f});
  op.epsilon = 1e-12f;
  EXPECT_EQ(OneOp(parts, {{1, 3}})({{7.0f, 7.0f, 7.0f}}), (Tensor{-1.0f, 0.0f, 1.0f}));
}

TEST_P(LayerNorm, OnThreadsAndInABatch) {
  std::mt19937 random(83);
  ModelParts parts;
  OpParts& op = parts.add(fb::OpAttributes_LayerNorm);
  op.weight = parts.dense({64}, testing::random_values(random, 64));
  op.epsilon = 1e-5f;
  const Shape32 shape = {3, 197, 64};
  expect_independence(parts, shape, testing::random_tensor(random, shape));
}

class GroupNorm : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(GroupNorm);

TEST_P(GroupNorm, OfAnyGroups) {
  std::mt19937 random(84);
  for (int i = 0; i < 300; ++i) {
    Shape32 shape = random_shape(random, 2);
    const uint32_t groups = pick(random, 1, 4);
    shape[1] = groups * pick(random, 1, 4);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_GroupNorm);
    op.weight = 0xFFFFFFFF;
    op.groups = groups;
    op.epsilon = i % 2 == 0 ? 1e-5f : 0.25f;
    Tensor weight(shape[1], 1.0f), bias(shape[1], 0.0f);
    if (random() % 3 != 0) op.weight = parts.dense({shape[1]}, weight = testing::random_values(random, shape[1]));
    if (random() % 3 != 0) op.bias = parts.dense({shape[1]}, bias = testing::random_values(random, shape[1]));
    const Tensor x = testing::random_tensor(random, shape);
    const size_t sample = x.size() / shape[0], channel = sample / shape[1];
    std::vector<double> expected = normalise(x, sample / groups, op.epsilon);
    for (size_t k = 0; k < x.size(); ++k) {
      const size_t c = k / channel % shape[1];
      expected[k] = expected[k] * weight[c] + bias[c];
    }
    const OneOp run(parts, {shape}, i % 3 == 0);
    ASSERT_EQ(run.code(), DCM_OK) << run.text();
    expect_near(run({x}), expected);
  }
}

TEST_P(GroupNorm, OnThreadsAndInABatch) {
  std::mt19937 random(85);
  ModelParts parts;
  OpParts& op = parts.add(fb::OpAttributes_GroupNorm);
  op.weight = op.bias = parts.dense({24}, testing::random_values(random, 24));
  op.groups = 6;
  op.epsilon = 1e-5f;
  const Shape32 shape = {3, 24, 31, 33};
  expect_independence(parts, shape, testing::random_tensor(random, shape));
}

class LocalResponseNorm : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(LocalResponseNorm);

TEST_P(LocalResponseNorm, OfAnySize) {
  std::mt19937 random(86);
  for (int i = 0; i < 300; ++i) {
    const Shape32 shape = random_shape(random, 2);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_LocalResponseNorm);
    op.size = i % 20 == 0 ? 0xFFFFFFFF : pick(random, 1, 9);
    op.alpha = 0.5f;
    op.beta = i % 2 == 0 ? 0.75f : 0.6f;
    op.k = i % 3 == 0 ? 2.0f : 1.0f;
    const Tensor x = testing::random_tensor(random, shape);
    const Array4 numbers = array_of(shape, x);
    const Array4 expected = testing::generate(shape, [&](const Shape32& index) {
      const int64_t channel = index[1], before = op.size / 2, after = (int64_t{op.size} + 1) / 2 - 1;
      double sum = 0;
      for (int64_t c = 0; c < int64_t{shape[1]}; ++c) {
        if (c < channel - before || c > channel + after) continue;
        Shape32 other = index;
        other[1] = static_cast<uint32_t>(c);
        sum += std::pow(testing::element(numbers, other), 2);
      }
      return testing::element(numbers, index) / std::pow(op.k + op.alpha / op.size * sum, double{op.beta});
    });
    const OneOp run(parts, {shape}, i % 5 == 0);
    ASSERT_EQ(run.code(), DCM_OK) << run.text();
    expect_near(run({x}), expected, 1e-6);
  }
}

TEST_P(LocalResponseNorm, OnThreadsAndInABatch) {
  std::mt19937 random(87);
  ModelParts parts;
  OpParts& op = parts.add(fb::OpAttributes_LocalResponseNorm);
  op.size = 5;
  op.alpha = 1e-4f;
  op.beta = 0.75f;
  op.k = 1.0f;
  const Shape32 shape = {3, 17, 27, 27};
  expect_independence(parts, shape, testing::random_tensor(random, shape));
}

class Softmax : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(Softmax);

TEST_P(Softmax, AlongEveryAxisOfAnyShape) {
  std::mt19937 random(88);
  for (int i = 0; i < 150; ++i) {
    const bool fixed = i % 2 == 0;
    const Shape32 shape = random_shape(random, fixed ? 1 : 2);
    for (uint32_t axis = fixed ? 0 : 1; axis < shape.size(); ++axis) {
      ModelParts parts;
      parts.add(fb::OpAttributes_Softmax).axis = axis;
      Tensor x = testing::random_tensor(random, shape);
      for (float& value : x) value *= 20.0f;
      const OneOp run(parts, {shape}, fixed);
      const Tensor y = run({x});
      expect_near(y, testing::reference_softmax(array_of(shape, x), axis), 1e-6);
      ASSERT_EQ(run({x}, 3), y);
    }
  }
}

// ---- Refusals ----

// One operator without weights, which change may give it.
std::function<void(ModelParts&)> norm(fb::OpAttributes type, std::function<void(ModelParts&, OpParts&)> change) {
  return [=](ModelParts& m) {
    OpParts op;
    op.type = type;
    op.weight = 0xFFFFFFFF;
    change(m, op);
    m.ops = {op};
  };
}

const Refusal kRefusals[] = {
    {"LayerNormNoAxes",
     norm(fb::OpAttributes_LayerNorm, [](ModelParts&, OpParts& o) { o.last_axes = 0; }),
     {2, 3, 4},
     DCM_GRAPH_ATTRIBUTE,
     "its axes are 0, but its input has shape [B, 3, 4]"},
    {"LayerNormAllAxes",
     norm(fb::OpAttributes_LayerNorm, [](ModelParts&, OpParts& o) { o.last_axes = 3; }),
     {2, 3, 4},
     DCM_GRAPH_ATTRIBUTE,
     "its axes are 3"},
    {"LayerNormAllAxesWithoutABatch",
     norm(fb::OpAttributes_LayerNorm, [](ModelParts&, OpParts& o) { o.last_axes = 1; }),
     {4},
     DCM_GRAPH_ATTRIBUTE,
     "its axes are 1, but its input has shape [4]",
     true},
    {"LayerNormManyAxes",
     norm(fb::OpAttributes_LayerNorm, [](ModelParts&, OpParts& o) { o.last_axes = 0xFFFFFFFF; }),
     {2, 3, 4},
     DCM_GRAPH_ATTRIBUTE,
     "its axes are 4294967295"},
    {"LayerNormWeight",
     norm(fb::OpAttributes_LayerNorm, [](ModelParts& m, OpParts& o) { o.weight = m.dense({3}, Tensor(3, 1.0f)); }),
     {2, 3, 4},
     DCM_GRAPH_SHAPE,
     "its weight has shape [3], expected [4]"},
    {"LayerNormWeightRank",
     norm(fb::OpAttributes_LayerNorm,
          [](ModelParts& m, OpParts& o) { o.weight = m.dense({12}, Tensor(12, 1.0f)), o.last_axes = 2; }),
     {2, 3, 4},
     DCM_GRAPH_SHAPE,
     "its weight has shape [12], expected [3, 4]"},
    {"LayerNormBias",
     norm(fb::OpAttributes_LayerNorm, [](ModelParts& m, OpParts& o) { o.bias = m.dense({1}, Tensor(1, 1.0f)); }),
     {2, 3, 4},
     DCM_GRAPH_SHAPE,
     "its bias has shape [1], expected [4]"},
    {"LayerNormEpsilon",
     norm(fb::OpAttributes_LayerNorm, [](ModelParts&, OpParts& o) { o.epsilon = -1e-9f; }),
     {2, 3},
     DCM_GRAPH_ATTRIBUTE,
     "its epsilon is -1e-09"},
    {"GroupNormEpsilonNan",
     norm(fb::OpAttributes_GroupNorm, [](ModelParts&, OpParts& o) { o.epsilon = NAN; }),
     {2, 3},
     DCM_GRAPH_ATTRIBUTE,
     "its epsilon is nan"},
    {"GroupNormEpsilonInfinite",
     norm(fb::OpAttributes_GroupNorm, [](ModelParts&, OpParts& o) { o.epsilon = INFINITY; }),
     {2, 3},
     DCM_GRAPH_ATTRIBUTE,
     "its epsilon is inf"},
    {"GroupNormRank",
     norm(fb::OpAttributes_GroupNorm, [](ModelParts&, OpParts&) {}),
     {3},
     DCM_GRAPH_SHAPE,
     "its input has shape [3], expected 2 dimensions or more",
     true},
    {"GroupNormNoGroups",
     norm(fb::OpAttributes_GroupNorm, [](ModelParts&, OpParts& o) { o.groups = 0; }),
     {2, 4, 2},
     DCM_GRAPH_ATTRIBUTE,
     "it has 0 groups"},
    {"GroupNormGroups",
     norm(fb::OpAttributes_GroupNorm, [](ModelParts&, OpParts& o) { o.groups = 3; }),
     {2, 4, 2},
     DCM_GRAPH_ATTRIBUTE,
     "it has 3 groups, which do not divide the 4 channels of [B, 4, 2]"},
    {"GroupNormWeight",
     norm(fb::OpAttributes_GroupNorm, [](ModelParts& m, OpParts& o) { o.weight = m.dense({2}, Tensor(2, 1.0f)); }),
     {2, 4, 2},
     DCM_GRAPH_SHAPE,
     "its weight has shape [2], expected [4]"},
    {"GroupNormSharedBias",
     norm(fb::OpAttributes_GroupNorm,
          [](ModelParts& m, OpParts& o) { o.bias = m.dense_shared({4}, {0, 1, 0, 1}, {1.0f, 2.0f}); }),
     {2, 4, 2},
     DCM_GRAPH_REFERENCE,
     "its bias is a dense_shared weight"},
    {"LocalResponseNormRank",
     norm(fb::OpAttributes_LocalResponseNorm, [](ModelParts&, OpParts&) {}),
     {3},
     DCM_GRAPH_SHAPE,
     "expected 2 dimensions or more",
     true},
    {"LocalResponseNormSize",
     norm(fb::OpAttributes_LocalResponseNorm, [](ModelParts&, OpParts& o) { o.size = 0; }),
     {2, 3, 4},
     DCM_GRAPH_ATTRIBUTE,
     "its size is 0"},
    {"LocalResponseNormAlpha",
     norm(fb::OpAttributes_LocalResponseNorm, [](ModelParts&, OpParts& o) { o.alpha = NAN; }),
     {2, 3, 4},
     DCM_GRAPH_ATTRIBUTE,
     "its alpha is nan"},
    {"LocalResponseNormBeta",
     norm(fb::OpAttributes_LocalResponseNorm, [](ModelParts&, OpParts& o) { o.beta = INFINITY; }),
     {2, 3, 4},
     DCM_GRAPH_ATTRIBUTE,
     "its beta is inf"},
    {"LocalResponseNormK",
     norm(fb::OpAttributes_LocalResponseNorm, [](ModelParts&, OpParts& o) { o.k = -INFINITY; }),
     {2, 3, 4},
     DCM_GRAPH_ATTRIBUTE,
     "its k is -inf"},
};

class RefusedNorm : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusedNorm, WithCodeAndWords) {
  testing::expect_refused(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Ops, RefusedNorm, ::testing::ValuesIn(kRefusals),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace dcm
