// Embedding against a plain look-up.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "one_op.h"

namespace dcm {
namespace {

using testing::kFixed;
using testing::ModelParts;
using testing::OneOp;
using testing::pick;
using testing::Tensor;
namespace fb = testing::fb;

class EmbeddingForms : public ::testing::TestWithParam<WeightForm> {};

TEST_P(EmbeddingForms, LooksRowsUp) {
  std::mt19937 random(61);
  for (int i = 0; i < 60; ++i) {
    const uint32_t rows = pick(random, 1, 40), features = pick(random, 1, 20);
    ModelParts parts;
    Tensor weight;
    parts.add(fb::OpAttributes_Embedding).weight =
        testing::add_weight(&parts, GetParam(), random, {rows, features}, &weight);
    std::vector<uint32_t> shape = {pick(random, 1, 4)};
    while (shape.size() < 7 && pick(random, 0, 2) > 0) shape.push_back(pick(random, 1, 3));
    Tensor x(testing::elements_of(shape)), expected;
    for (float& index : x) {
      const uint32_t row = pick(random, 0, rows - 1);
      index = static_cast<float>(row);
      expected.insert(expected.end(), weight.begin() + row * features, weight.begin() + (row + 1) * features);
    }
    for (const bool fixed : {false, true}) {
      const OneOp run(parts, {shape}, fixed);
      EXPECT_EQ(run.kernel(), std::string("embedding_") + weight_form_name(GetParam()) + "_generic");
      EXPECT_EQ(run({x}), expected);
      std::vector<int64_t> made(shape.begin(), shape.end());
      if (!fixed) made[0] = -1;
      made.push_back(features);
      EXPECT_EQ(run.shape(), made);
    }
  }
}

TEST_P(EmbeddingForms, ThreadsChangeNothing) {
  std::mt19937 random(62);
  ModelParts parts;
  Tensor weight;
  parts.add(fb::OpAttributes_Embedding).weight = testing::add_weight(&parts, GetParam(), random, {9, 100}, &weight);
  Tensor x(3 * 1000);
  for (float& index : x) index = static_cast<float>(pick(random, 0, 8));
  const OneOp run(parts, {{3, 1000}});
  const Tensor expected = run({x});
  for (uint32_t threads : {2u, 3u, 7u}) EXPECT_EQ(run({x}, threads), expected) << threads;
}

INSTANTIATE_TEST_SUITE_P(Forms, EmbeddingForms,
                         ::testing::Values(WeightForm::kSparse, WeightForm::kDenseShared, WeightForm::kDense),
                         [](const auto& tested) { return weight_form_name(tested.param); });

int run_code(const OneOp& run, const Tensor& x, std::string* text) {
  dcm_context* created = nullptr;
  EXPECT_EQ(dcm_context_create(run.model(), nullptr, &created, nullptr), DCM_OK);
  const testing::ContextPointer context(created);
  Tensor y(testing::output_elements(run.model(), 0));
  const float* inputs[] = {x.data()};
  float* outputs[] = {y.data()};
  const size_t input_sizes[] = {x.size()}, output_sizes[] = {y.size()};
  dcm_error error = {};
  const int code = dcm_context_run(context.get(), inputs, input_sizes, 1, outputs, output_sizes, 1, &error);
  *text = error.text;
  return code;
}

TEST(Embedding, RefusesWhatIsNoRow) {
  ModelParts parts;
  parts.add(fb::OpAttributes_Embedding, "words").weight = parts.dense({3, 2}, {0, 1, 2, 3, 4, 5});
  const OneOp run(parts, {{1, 4}});
  std::string text;
  EXPECT_EQ(run_code(run, {0.0f, 2.0f, -0.0f, 1.0f}, &text), DCM_OK) << text;
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float bad : {-1.0f, 3.0f, 0.5f, -1e-30f, 1e30f, infinity, -infinity, std::nanf("")}) {
    EXPECT_EQ(run_code(run, {0.0f, 0.0f, 0.0f, bad}, &text), DCM_CALL_VALUE) << bad;
    EXPECT_NE(text.find("Embedding 'words'"), std::string::npos) << text;
    EXPECT_NE(text.find("whole numbers from 0 to 2"), std::string::npos) << text;
  }
}

TEST(Embedding, RefusesShapes) {
  ModelParts vector;
  vector.add(fb::OpAttributes_Embedding).weight = vector.dense({4}, {1, 2, 3, 4});
  EXPECT_EQ(OneOp(vector, {{1, 4}}).code(), DCM_GRAPH_SHAPE);
  ModelParts parts;
  parts.add(fb::OpAttributes_Embedding).weight = parts.dense({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(OneOp(parts, {{1, 1, 1, 1, 1, 1, 1, 2}}).code(), DCM_GRAPH_SHAPE);  // it would be the ninth axis
  EXPECT_EQ(OneOp(parts, {{1, 1, 1, 1, 1, 1, 2}}).code(), DCM_OK);
  EXPECT_EQ(OneOp(parts, {{3}}, kFixed).shape(), (std::vector<int64_t>{3, 2}));
}

}  // namespace
}  // namespace dcm
