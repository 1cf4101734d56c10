// Lstm and Gru against their formulas, in every pair of weight forms.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "forced_isa.h"
#include "one_op.h"

namespace dcm {
namespace {

using testing::kFixed;
using testing::ModelParts;
using testing::OneOp;
using testing::OpParts;
using testing::pick;
using testing::random_tensor;
using testing::Tensor;
namespace fb = testing::fb;
using Doubles = std::vector<double>;
using Sizes = std::vector<uint32_t>;

// Results are sums of products of gates, which are within 1: small ones have lost digits. The cell of an Lstm that
// keeps adding is not within 1. Random weights of a long sequence enlarge what was rounded in its first elements.
void expect_rounding_of_gates(const Tensor& found, const Doubles& expected, uint32_t steps) {
  const double tolerance = steps <= 6 ? 2e-6 : 3e-5;
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i)
    ASSERT_NEAR(found[i], expected[i], tolerance * std::fmax(1, std::fabs(expected[i]))) << "element " << i;
}

struct Layer {
  bool lstm;
  uint32_t features, hidden;
  Tensor weight, recurrent, bias, recurrent_bias;  // an empty bias is none
  bool has_state = false, reverse = false;

  uint32_t rows() const { return (lstm ? 4 : 3) * hidden; }
  size_t states() const { return lstm ? 2 : 1; }
};

double logistic(double x) {
  return 1.0 / (1.0 + std::exp(-x));
}

// matrix times x plus bias
Doubles affine(const Tensor& matrix, const Doubles& x, const Tensor& bias) {
  Doubles y(matrix.size() / x.size());
  for (size_t i = 0; i < y.size(); ++i) {
    y[i] = bias.empty() ? 0.0 : bias[i];
    for (size_t j = 0; j < x.size(); ++j) y[i] += matrix[i * x.size() + j] * x[j];
  }
  return y;
}

// y, then the last states, of one sample; states: those at the start.
std::vector<Doubles> reference(const Layer& layer, const Doubles& x, std::vector<Doubles> states) {
  const size_t steps = x.size() / layer.features, n = layer.hidden;
  Doubles y(steps * n);
  for (size_t step = 0; step < steps; ++step) {
    const size_t t = layer.reverse ? steps - 1 - step : step;
    const Doubles element(x.begin() + static_cast<ptrdiff_t>(t * layer.features),
                          x.begin() + static_cast<ptrdiff_t>((t + 1) * layer.features));
    const Doubles a = affine(layer.weight, element, layer.bias);
    const Doubles b = affine(layer.recurrent, states[0], layer.recurrent_bias);
    for (size_t j = 0; j < n; ++j) {
      if (layer.lstm) {
        const double c = logistic(a[n + j] + b[n + j]) * states[1][j] +
                         logistic(a[j] + b[j]) * std::tanh(a[2 * n + j] + b[2 * n + j]);
        states[1][j] = c;
        states[0][j] = logistic(a[3 * n + j] + b[3 * n + j]) * std::tanh(c);
      } else {
        const double z = logistic(a[n + j] + b[n + j]);
        const double gate = std::tanh(a[2 * n + j] + logistic(a[j] + b[j]) * b[2 * n + j]);
        states[0][j] = (1.0 - z) * gate + z * states[0][j];
      }
      y[t * n + j] = states[0][j];
    }
  }
  states.insert(states.begin(), y);
  return states;
}

// The whole batch, sample by sample. inputs: x and the states, if the layer has any.
std::vector<Doubles> reference_batch(const Layer& layer, const std::vector<Tensor>& inputs, uint32_t samples) {
  std::vector<Doubles> all(1 + layer.states());
  for (uint32_t n = 0; n < samples; ++n) {
    const auto part = [&](const Tensor& values) {
      const size_t size = values.size() / samples;
      return Doubles(values.begin() + static_cast<ptrdiff_t>(n * size),
                     values.begin() + static_cast<ptrdiff_t>((n + 1) * size));
    };
    std::vector<Doubles> states;
    for (size_t k = 0; k < layer.states(); ++k)
      states.push_back(layer.has_state ? part(inputs[1 + k]) : Doubles(layer.hidden));
    const std::vector<Doubles> made = reference(layer, part(inputs[0]), states);
    for (size_t k = 0; k < all.size(); ++k) all[k].insert(all[k].end(), made[k].begin(), made[k].end());
  }
  return all;
}

// Fills the layer's weights at random and writes it.
ModelParts parts_of(Layer* layer, WeightForm weight, WeightForm recurrent, bool biases, std::mt19937& random) {
  ModelParts parts;
  OpParts op;
  op.type = layer->lstm ? fb::OpAttributes_Lstm : fb::OpAttributes_Gru;
  op.weight = testing::add_weight(&parts, weight, random, {layer->rows(), layer->features}, &layer->weight);
  op.recurrent = testing::add_weight(&parts, recurrent, random, {layer->rows(), layer->hidden}, &layer->recurrent);
  if (biases) {
    layer->bias = random_tensor(random, {layer->rows()});
    op.bias = parts.dense({layer->rows()}, layer->bias);
    if (!layer->lstm) {
      layer->recurrent_bias = random_tensor(random, {layer->rows()});
      op.recurrent_bias = parts.dense({layer->rows()}, layer->recurrent_bias);
    }
  }
  op.has_state = layer->has_state;
  op.reverse = layer->reverse;
  parts.ops = {op};
  return parts;
}

std::vector<Sizes> shapes_of(const Layer& layer, uint32_t samples, uint32_t steps) {
  std::vector<Sizes> shapes = {{samples, steps, layer.features}};
  for (size_t k = 0; layer.has_state && k < layer.states(); ++k) shapes.push_back({samples, layer.hidden});
  return shapes;
}

std::vector<Tensor> random_inputs(std::mt19937& random, const std::vector<Sizes>& shapes) {
  std::vector<Tensor> inputs;
  for (const Sizes& shape : shapes) inputs.push_back(random_tensor(random, shape));
  return inputs;
}

// Lstm or Gru, the form of its weight, the form of its recurrent weight, on every instruction set.
class Recurrent : public ::testing::TestWithParam<std::tuple<bool, WeightForm, WeightForm, Isa>> {
 protected:
  static Isa isa() { return std::get<3>(GetParam()); }

 private:
  testing::ForcedIsa forced_{isa()};
};

TEST_P(Recurrent, OverRandomShapes) {
  const auto [lstm, weight_form, recurrent_form, isa] = GetParam();
  std::mt19937 random(81);
  for (int i = 0; i < 48; ++i) {
    Layer layer = {lstm, pick(random, 1, 12), pick(random, 1, 20), {}, {}, {}, {}, i % 2 == 1, i % 4 >= 2};
    const ModelParts parts = parts_of(&layer, weight_form, recurrent_form, i % 3 != 0, random);
    const uint32_t samples = pick(random, 1, 4), steps = i % 16 == 0 ? 70 : pick(random, 1, 6);
    const bool fixed = i % 8 >= 4;
    const std::vector<Sizes> shapes = shapes_of(layer, samples, steps);
    const std::vector<Tensor> inputs = random_inputs(random, shapes);
    const OneOp run(parts, shapes, fixed);
    const std::vector<Tensor> found = run.all(inputs);
    const std::vector<Doubles> expected = reference_batch(layer, inputs, samples);
    ASSERT_EQ(found.size(), expected.size());
    for (size_t k = 0; k < found.size(); ++k) expect_rounding_of_gates(found[k], expected[k], steps);
    if (HasFatalFailure()) FAIL() << "case " << i;
    const int64_t first = fixed ? int64_t{samples} : -1;
    EXPECT_EQ(run.shape(0), (std::vector<int64_t>{first, steps, layer.hidden}));
    for (size_t k = 0; k < layer.states(); ++k)
      EXPECT_EQ(run.shape(1 + k), (std::vector<int64_t>{first, layer.hidden}));
    EXPECT_EQ(run.kernel(), std::string(lstm ? "lstm_" : "gru_") + weight_form_name(weight_form) + "_" +
                                isa_name(steps < 4 ? Isa::kGeneric : isa));  // too short to expand the weights
  }
}

TEST_P(Recurrent, ResultsDependOnNeitherThreadsNorBatch) {
  const auto [lstm, weight_form, recurrent_form, isa] = GetParam();
  std::mt19937 random(82);
  Layer layer = {lstm, 19, 23, {}, {}, {}, {}, true, false};
  const ModelParts parts = parts_of(&layer, weight_form, recurrent_form, true, random);
  const uint32_t samples = 6;
  const std::vector<Sizes> shapes = shapes_of(layer, samples, 9);
  const std::vector<Tensor> inputs = random_inputs(random, shapes);
  const OneOp run(parts, shapes);
  const std::vector<Tensor> expected = run.all(inputs);
  for (uint32_t threads : {2u, 3u, 4u, 7u}) ASSERT_EQ(run.all(inputs, threads), expected) << threads;
  const auto part = [](const Tensor& values, uint32_t n) {
    const size_t size = values.size() / samples;
    return Tensor(values.begin() + static_cast<ptrdiff_t>(n * size),
                  values.begin() + static_cast<ptrdiff_t>((n + 1) * size));
  };
  for (uint32_t n = 0; n < samples; ++n) {
    std::vector<Tensor> one, of_one;
    for (const Tensor& input : inputs) one.push_back(part(input, n));
    for (const Tensor& output : expected) of_one.push_back(part(output, n));
    ASSERT_EQ(OneOp(parts, shapes_of(layer, 1, 9)).all(one), of_one) << n;
  }
}

constexpr WeightForm kForms[] = {WeightForm::kSparse, WeightForm::kDenseShared, WeightForm::kDense};

INSTANTIATE_TEST_SUITE_P(Layers, Recurrent,
                         ::testing::Combine(::testing::Bool(), ::testing::ValuesIn(kForms), ::testing::ValuesIn(kForms),
                                            ::testing::ValuesIn(testing::available_isas())),
                         [](const auto& tested) {
                           return std::string(std::get<0>(tested.param) ? "lstm" : "gru") + "_" +
                                  weight_form_name(std::get<1>(tested.param)) + "_" +
                                  weight_form_name(std::get<2>(tested.param)) + "_" +
                                  isa_name(std::get<3>(tested.param));
                         });

class RecurrentPieces : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(RecurrentPieces);

// A run in pieces, each given the last states of the one before, is the run as a whole; pieces of one element are
// computed in another way.
TEST_P(RecurrentPieces, StateCarriesOn) {
  std::mt19937 random(83);
  for (const bool lstm : {true, false})
    for (const uint32_t steps : {1u, 4u}) {
      Layer layer = {lstm, 5, 7, {}, {}, {}, {}, true, false};
      const ModelParts parts = parts_of(&layer, WeightForm::kDense, WeightForm::kDense, true, random);
      const std::vector<Tensor> inputs = random_inputs(random, shapes_of(layer, 1, 8));
      const OneOp whole(parts, shapes_of(layer, 1, 8)), piece(parts, shapes_of(layer, 1, steps));
      const std::vector<Tensor> expected = whole.all(inputs);
      std::vector<Tensor> now = inputs, found(expected.size());
      for (size_t t = 0; t < 8; t += steps) {
        now[0].assign(inputs[0].begin() + static_cast<ptrdiff_t>(t * 5),
                      inputs[0].begin() + static_cast<ptrdiff_t>((t + steps) * 5));
        const std::vector<Tensor> made = piece.all(now);
        found[0].insert(found[0].end(), made[0].begin(), made[0].end());
        for (size_t k = 0; k < layer.states(); ++k) found[1 + k] = now[1 + k] = made[1 + k];
      }
      if (piece.kernel() == whole.kernel()) {
        EXPECT_EQ(found, expected);
      } else {
        for (size_t k = 0; k < expected.size(); ++k)
          expect_rounding_of_gates(found[k], Doubles(expected[k].begin(), expected[k].end()), 1);
      }
    }
}

TEST(RecurrentLayers, LargeGatesSaturate) {
  // sigmoid(-200) overflows exp; the results are those of gates that are shut.
  ModelParts parts;
  OpParts op;
  op.type = fb::OpAttributes_Lstm;
  op.weight = parts.dense({4, 1}, {1.0f, -1.0f, 1.0f, 1.0f});
  op.recurrent = parts.dense({4, 1}, Tensor(4));
  parts.ops = {op};
  EXPECT_NEAR(OneOp(parts, {{1, 2, 1}})({{200.0f, 200.0f}})[1], std::tanh(1.0f), 1e-6f);
  EXPECT_EQ(OneOp(parts, {{1, 2, 1}})({{-200.0f, -200.0f}}), (Tensor{0.0f, 0.0f}));
}

TEST(RecurrentLayers, CountsBothMatrices) {
  std::mt19937 random(84);
  Layer layer = {true, 3, 2, {}, {}, {}, {}, false, false};
  const ModelParts parts = parts_of(&layer, WeightForm::kDense, WeightForm::kDense, true, random);
  EXPECT_EQ(OneOp(parts, {{4, 5, 3}}).macs(), 5u * (8 * 3 + 8 * 2));
  EXPECT_EQ(OneOp(parts, {{4, 5, 3}}, kFixed).macs(), 4u * 5 * (8 * 3 + 8 * 2));
}

TEST(RecurrentLayers, RefuseWhatDoesNotFit) {
  std::mt19937 random(85);
  for (const bool lstm : {true, false}) {
    Layer layer = {lstm, 3, 2, {}, {}, {}, {}, true, false};
    const ModelParts good = parts_of(&layer, WeightForm::kDense, WeightForm::kDense, true, random);
    std::vector<Sizes> shapes = shapes_of(layer, 1, 4);
    const auto code = [&](const ModelParts& parts, const std::vector<Sizes>& inputs, bool fixed = false) {
      return OneOp(parts, inputs, fixed).code();
    };
    EXPECT_EQ(code(good, shapes), DCM_OK);

    std::vector<Sizes> wrong = shapes;
    wrong[0] = {1, 3};
    EXPECT_EQ(code(good, wrong), DCM_GRAPH_SHAPE);  // rank
    wrong[0] = {1, 4, 2};
    EXPECT_EQ(code(good, wrong), DCM_GRAPH_SHAPE);  // features
    for (size_t k = 1; k < shapes.size(); ++k) {
      wrong = shapes;
      wrong[k] = {1, 3};
      EXPECT_EQ(code(good, wrong), DCM_GRAPH_SHAPE) << "state " << k;
      wrong[k] = {1, 1, 2};
      EXPECT_EQ(code(good, wrong), DCM_GRAPH_SHAPE) << "state " << k;
      wrong[k] = {2, 2};
      EXPECT_EQ(code(good, wrong, kFixed), DCM_GRAPH_SHAPE) << "samples of state " << k;
    }
    wrong = shapes;
    wrong.pop_back();
    EXPECT_EQ(code(good, wrong), DCM_GRAPH_REFERENCE);  // has_state, but not all of it
    ModelParts parts = good;
    parts.ops[0].has_state = false;
    EXPECT_EQ(code(parts, shapes), DCM_GRAPH_REFERENCE);

    parts = good;  // rows that are not a gate's worth
    parts.ops[0].weight = parts.dense({7, 3}, Tensor(21));
    EXPECT_EQ(code(parts, shapes), DCM_GRAPH_SHAPE);
    parts = good;
    parts.ops[0].recurrent = parts.dense({layer.rows(), 3}, Tensor(layer.rows() * 3));
    EXPECT_EQ(code(parts, shapes), DCM_GRAPH_SHAPE);
    parts.ops[0].recurrent = parts.dense({layer.rows() - 1, 2}, Tensor((layer.rows() - 1) * 2));
    EXPECT_EQ(code(parts, shapes), DCM_GRAPH_SHAPE);
    parts.ops[0].recurrent = 99;
    EXPECT_EQ(code(parts, shapes), DCM_GRAPH_REFERENCE);
    parts = good;
    parts.ops[0].bias = parts.dense({2}, Tensor(2));
    EXPECT_EQ(code(parts, shapes), DCM_GRAPH_SHAPE);
    if (!lstm) {
      parts = good;
      parts.ops[0].recurrent_bias = parts.dense({2}, Tensor(2));
      EXPECT_EQ(code(parts, shapes), DCM_GRAPH_SHAPE);
    }
  }
}

TEST(RecurrentLayers, RefuseAStateThatIsNotOfTheBatch) {
  std::mt19937 random(86);
  Layer layer = {false, 3, 2, {}, {}, {}, {}, true, false};
  ModelParts parts;
  const uint32_t state = testing::add_constant(&parts, 1, {1, 2}, Tensor(2));
  OpParts& op = parts.add(fb::OpAttributes_Gru);
  op.weight = parts.dense({6, 3}, random_tensor(random, {6, 3}));
  op.recurrent = parts.dense({6, 2}, random_tensor(random, {6, 2}));
  op.has_state = true;
  op.inputs = std::vector<uint32_t>{0, state};
  const OneOp run(parts, {{1, 4, 3}});
  EXPECT_EQ(run.code(), DCM_GRAPH_SHAPE);
  EXPECT_NE(run.text().find("[B, 2]"), std::string::npos) << run.text();
  EXPECT_EQ(OneOp(parts, {{1, 4, 3}}, kFixed).code(), DCM_OK);
}

}  // namespace
}  // namespace dcm
