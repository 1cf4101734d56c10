// Attention against its formula, over shapes, masks and batches.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "forced_isa.h"
#include "one_op.h"

namespace dcm {
namespace {

using testing::elements_of;
using testing::expect_near;
using testing::kFixed;
using testing::ModelParts;
using testing::OneOp;
using testing::OpParts;
using testing::pick;
using testing::random_tensor;
using testing::Tensor;
namespace fb = testing::fb;
using Sizes = std::vector<uint32_t>;

// Shapes of one call; the axes before are `leading`.
struct Problem {
  Sizes leading;
  uint32_t queries, keys, features, results;

  Sizes q() const { return with(queries, features); }
  Sizes k() const { return with(keys, features); }
  Sizes v() const { return with(keys, results); }
  Sizes scores() const { return with(queries, keys); }

 private:
  Sizes with(uint32_t rows, uint32_t columns) const {
    Sizes shape = leading;
    shape.push_back(rows);
    shape.push_back(columns);
    return shape;
  }
};

// Element `index` (of `shape`, flat) of a tensor that broadcasts to that shape.
double broadcast_at(const Tensor& values, const Sizes& own, const Sizes& shape, size_t index) {
  size_t position = 0, step = 1;
  for (size_t i = 0; i < own.size(); ++i) {  // from the last axis
    const size_t at = index % shape[shape.size() - 1 - i], size = own[own.size() - 1 - i];
    index /= shape[shape.size() - 1 - i];
    position += (size == 1 ? 0 : at) * step;
    step *= size;
  }
  return values[position];
}

// mask_shape: empty for none.
std::vector<double> reference(const Problem& p, const OpParts& op, const Tensor& q, const Tensor& k, const Tensor& v,
                              const Sizes& mask_shape, const Tensor& mask) {
  std::vector<double> y;
  for (size_t matrix = 0; matrix < elements_of(p.leading); ++matrix)
    for (size_t i = 0; i < p.queries; ++i) {
      std::vector<double> weights(p.keys);
      double sum = 0.0;
      for (size_t j = 0; j < p.keys; ++j) {
        double score = 0.0;
        for (size_t e = 0; e < p.features; ++e)
          score += double{q[(matrix * p.queries + i) * p.features + e]} * k[(matrix * p.keys + j) * p.features + e];
        score *= op.scale;
        if (!mask_shape.empty())
          score += broadcast_at(mask, mask_shape, p.scores(), (matrix * p.queries + i) * p.keys + j);
        weights[j] = op.causal && j > i ? 0.0 : std::exp(score);
        sum += weights[j];
      }
      for (size_t f = 0; f < p.results; ++f) {
        double value = 0.0;
        for (size_t j = 0; j < p.keys; ++j) value += weights[j] * v[(matrix * p.keys + j) * p.results + f];
        y.push_back(sum == 0.0 ? 0.0 : value / sum);
      }
    }
  return y;
}

Problem random_problem(std::mt19937& random) {
  Problem p = {{pick(random, 1, 3)}, pick(random, 1, 7), pick(random, 1, 7), pick(random, 1, 20), pick(random, 1, 20)};
  while (pick(random, 0, 2) > 0 && p.leading.size() < 4) p.leading.push_back(pick(random, 1, 3));
  return p;
}

class Attention : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(Attention);

TEST_P(Attention, OverRandomShapesAndMasks) {
  std::mt19937 random(71);
  for (int i = 0; i < 300; ++i) {
    const Problem p = random_problem(random);
    const bool fixed = i % 3 == 0;
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_Attention);
    op.scale = i % 5 == 0 ? -0.5f : 0.25f;
    op.causal = pick(random, 0, 1) == 1;
    std::vector<Sizes> shapes = {p.q(), p.k(), p.v()};
    std::vector<Tensor> inputs;
    for (const Sizes& shape : shapes) inputs.push_back(random_tensor(random, shape));
    Sizes mask_shape;
    if (i % 2 == 0) {
      mask_shape = p.scores();
      for (size_t axis = fixed ? 0 : 1; axis < mask_shape.size(); ++axis)
        if (pick(random, 0, 1) == 1) mask_shape[axis] = 1;
      if (fixed) mask_shape.erase(mask_shape.begin(), mask_shape.begin() + pick(random, 0, p.leading.size()));
      shapes.push_back(mask_shape);
      inputs.push_back(random_tensor(random, mask_shape));
      for (float& value : inputs[3])
        if (pick(random, 0, 3) == 0) value = -std::numeric_limits<float>::infinity();
    }
    const OneOp run(parts, shapes, fixed);
    const std::vector<double> expected =
        reference(p, op, inputs[0], inputs[1], inputs[2], mask_shape, inputs.size() > 3 ? inputs[3] : Tensor());
    expect_near(run(inputs), expected);
    if (HasFatalFailure()) FAIL() << "case " << i;
    std::vector<int64_t> shape(shapes[0].begin(), shapes[0].end());
    shape.back() = p.results;
    if (!fixed) shape[0] = -1;
    EXPECT_EQ(run.shape(), shape);
  }
}

TEST_P(Attention, AConstantMaskIsTheSameForEverySample) {
  std::mt19937 random(72);
  const Problem p = {{3, 2}, 4, 5, 6, 7};
  for (const Sizes& mask_shape : {Sizes{5}, Sizes{4, 5}, Sizes{4, 1}, Sizes{2, 1, 5}, Sizes{1, 2, 4, 5}}) {
    const Tensor mask = random_tensor(random, mask_shape);
    ModelParts parts;
    const uint32_t id = testing::add_constant(&parts, 3, mask_shape, mask);
    OpParts& op = parts.add(fb::OpAttributes_Attention);
    op.inputs = std::vector<uint32_t>{0, 1, 2, id};
    op.scale = 0.5f;
    const std::vector<Tensor> inputs = {random_tensor(random, p.q()), random_tensor(random, p.k()),
                                        random_tensor(random, p.v())};
    expect_near(OneOp(parts, {p.q(), p.k(), p.v()})(inputs),
                reference(p, op, inputs[0], inputs[1], inputs[2], mask_shape, mask));
  }
}

TEST_P(Attention, AQueryThatSeesNoKeyGivesZero) {
  const float none = -std::numeric_limits<float>::infinity();
  ModelParts parts;
  parts.add(fb::OpAttributes_Attention).scale = 1.0f;
  const OneOp run(parts, {{1, 2, 1}, {1, 2, 1}, {1, 2, 1}, {1, 2, 2}});
  EXPECT_EQ(run({{1.0f, 2.0f}, {3.0f, 3.0f}, {4.0f, 6.0f}, {none, none, 0.0f, none}}), (Tensor{0.0f, 4.0f}));
}

TEST_P(Attention, LargeScoresDoNotOverflow) {
  ModelParts parts;
  parts.add(fb::OpAttributes_Attention).scale = 1.0f;
  const OneOp run(parts, {{1, 1, 1}, {1, 2, 1}, {1, 2, 1}});
  EXPECT_EQ(run({{1e18f}, {1e18f, 1e18f}, {1.0f, 3.0f}}), (Tensor{2.0f}));
  EXPECT_EQ(run({{1e18f}, {1e18f, -1e18f}, {1.0f, 3.0f}}), (Tensor{1.0f}));
}

TEST_P(Attention, ResultsDependOnNeitherThreadsNorBatch) {
  std::mt19937 random(73);
  const Problem p = {{5, 3}, 30, 40, 24, 17};
  ModelParts parts;
  parts.add(fb::OpAttributes_Attention).scale = 0.2f;
  const std::vector<Sizes> shapes = {p.q(), p.k(), p.v(), p.scores()};
  std::vector<Tensor> inputs;
  for (const Sizes& shape : shapes) inputs.push_back(random_tensor(random, shape));
  const OneOp run(parts, shapes);
  const Tensor expected = run(inputs);
  for (uint32_t threads : {2u, 3u, 4u, 7u}) ASSERT_EQ(run(inputs, threads), expected) << threads;
  for (uint32_t n = 0; n < 5; ++n) {
    std::vector<Sizes> one_shapes = shapes;
    std::vector<Tensor> one;
    for (size_t k = 0; k < shapes.size(); ++k) {
      one_shapes[k][0] = 1;
      const size_t size = elements_of(one_shapes[k]);
      one.emplace_back(inputs[k].begin() + static_cast<ptrdiff_t>(n * size),
                       inputs[k].begin() + static_cast<ptrdiff_t>((n + 1) * size));
    }
    const Tensor y = OneOp(parts, one_shapes)(one);
    ASSERT_EQ(y, Tensor(expected.begin() + static_cast<ptrdiff_t>(n * y.size()),
                        expected.begin() + static_cast<ptrdiff_t>((n + 1) * y.size())));
  }
}

TEST(AttentionSites, CountsTheKeysThatAreSeen) {
  ModelParts parts;
  OpParts& op = parts.add(fb::OpAttributes_Attention);
  EXPECT_EQ(OneOp(parts, {{1, 2, 3, 5}, {1, 2, 4, 5}, {1, 2, 4, 6}}).macs(), 2u * 3 * 4 * 11);
  op.causal = true;
  EXPECT_EQ(OneOp(parts, {{1, 2, 3, 5}, {1, 2, 4, 5}, {1, 2, 4, 6}}).macs(), 2u * (1 + 2 + 3) * 11);
  EXPECT_EQ(OneOp(parts, {{1, 2, 4, 5}, {1, 2, 3, 5}, {1, 2, 3, 6}}).macs(), 2u * (1 + 2 + 3 + 3) * 11);
}

TEST(AttentionSites, RefusesShapes) {
  ModelParts parts;
  OpParts& op = parts.add(fb::OpAttributes_Attention);
  const auto refused = [&](const std::vector<Sizes>& shapes, bool fixed = false) {
    return OneOp(parts, shapes, fixed).code() == DCM_GRAPH_SHAPE;
  };
  EXPECT_FALSE(refused({{1, 2, 3}, {1, 4, 3}, {1, 4, 5}}));
  EXPECT_TRUE(refused({{2, 3}, {4, 3}, {4, 5}}, kFixed));               // rank 2
  EXPECT_TRUE(refused({{1, 2, 3}, {1, 4, 6}, {1, 4, 5}}));              // features
  EXPECT_TRUE(refused({{1, 2, 3}, {1, 4, 3}, {1, 3, 5}}));              // keys
  EXPECT_TRUE(refused({{1, 2, 2, 3}, {1, 1, 4, 3}, {1, 2, 4, 5}}));     // leading axes do not broadcast
  EXPECT_TRUE(refused({{1, 2, 2, 3}, {1, 4, 3}, {1, 4, 5}}));           // ranks
  EXPECT_FALSE(refused({{1, 2, 3}, {1, 4, 3}, {1, 4, 5}, {1, 2, 4}}));  // masks
  EXPECT_FALSE(refused({{1, 2, 3}, {1, 4, 3}, {1, 4, 5}, {1, 1, 1}}));
  EXPECT_TRUE(refused({{1, 2, 3}, {1, 4, 3}, {1, 4, 5}, {1, 4}}));  // the batch at the queries' place
  EXPECT_TRUE(refused({{1, 2, 3}, {1, 4, 3}, {1, 4, 5}, {1, 2, 3}}));
  EXPECT_TRUE(refused({{1, 2, 3}, {1, 4, 3}, {1, 4, 5}, {1, 1, 2, 4}}));
  EXPECT_TRUE(refused({{1, 1, 3}, {1, 4, 3}, {1, 4, 5}, {1, 2, 4}}, kFixed));  // the mask would make queries
  op.inputs = std::vector<uint32_t>{0, 1};
  EXPECT_EQ(OneOp(parts, {{1, 2, 3}, {1, 4, 3}}).code(), DCM_GRAPH_REFERENCE);
  op.inputs.reset();
  op.scale = std::numeric_limits<float>::infinity();
  EXPECT_EQ(OneOp(parts, {{1, 2, 3}, {1, 4, 3}, {1, 4, 5}}).code(), DCM_GRAPH_ATTRIBUTE);
}

TEST(AttentionSites, RefusesToMixSamples) {
  // A constant q, k or v is not the same for every sample of a batch: only the mask broadcasts.
  for (uint32_t constant = 0; constant < 3; ++constant) {
    ModelParts parts;
    const uint32_t id = testing::add_constant(&parts, 1, {1, 2, 3}, Tensor(6));
    std::vector<uint32_t> reads(3, 0);
    reads[constant] = id;
    parts.add(fb::OpAttributes_Attention).inputs = reads;
    const OneOp run(parts, {{1, 2, 3}});
    EXPECT_EQ(run.code(), DCM_GRAPH_SHAPE);
    EXPECT_NE(run.text().find("[B, 2, 3]"), std::string::npos) << run.text();
  }
  ModelParts parts;  // nor may an operand without the batch take on that of the mask
  const uint32_t q = testing::add_constant(&parts, 1, {1, 2, 3}, Tensor(6));
  parts.add(fb::OpAttributes_Attention).inputs = std::vector<uint32_t>{q, q, q, 0};
  EXPECT_EQ(OneOp(parts, {{1, 2, 2}}).code(), DCM_GRAPH_SHAPE);
}

}  // namespace
}  // namespace dcm
