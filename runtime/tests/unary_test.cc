// Functions of one element, and of an element and its channel, against docs/format.md in double precision.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <tuple>

#include "forced_isa.h"
#include "one_op.h"
#include "refusal.h"

namespace dcm {
namespace {

using testing::Array4;
using testing::array_of;
using testing::expect_near;
using testing::ModelParts;
using testing::one_op;
using testing::OneOp;
using testing::OpParts;
using testing::pick;
using testing::Refusal;
using testing::Tensor;
namespace fb = testing::fb;

using Shape32 = std::vector<uint32_t>;
using Function = std::function<double(double)>;

Shape32 random_shape(std::mt19937& random, uint32_t least_rank, uint32_t most_rank, uint32_t most_size) {
  Shape32 shape(pick(random, least_rank, most_rank));
  for (uint32_t& size : shape) size = pick(random, 1, most_size);
  return shape;
}

Tensor slice_of(const Tensor& x, size_t sample, size_t size) {
  return {x.begin() + static_cast<ptrdiff_t>(sample * size), x.begin() + static_cast<ptrdiff_t>((sample + 1) * size)};
}

double reference_hard_sigmoid(double x) {
  return std::fmin(std::fmax(x + 3, 0), 6) / 6;
}
double reference_sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}
double reference_gelu(double x) {
  return x * (1 + std::erf(x / std::sqrt(2.0))) / 2;
}

struct Unary {
  const char* name;
  OpParts op;
  Function function;
  double low = -8, high = 8;  // of its inputs
};

OpParts op_of(fb::OpAttributes type, const std::function<void(OpParts&)>& change = nullptr) {
  OpParts op;
  op.type = type;
  if (change) change(op);
  return op;
}

const Unary kUnary[] = {
    {"Relu", op_of(fb::OpAttributes_Relu), [](double x) { return std::fmax(x, 0); }},
    {"Clamp", op_of(fb::OpAttributes_Clamp, [](OpParts& o) { o.low = -1.5f, o.high = 2.25f; }),
     [](double x) { return std::fmin(std::fmax(x, -1.5), 2.25); }},
    {"ClampBelowOnly", op_of(fb::OpAttributes_Clamp, [](OpParts& o) { o.low = 0.5f, o.high = INFINITY; }),
     [](double x) { return std::fmax(x, 0.5); }},
    {"ClampAboveOnly", op_of(fb::OpAttributes_Clamp, [](OpParts& o) { o.low = -INFINITY, o.high = -0.5f; }),
     [](double x) { return std::fmin(x, -0.5); }},
    {"ClampToOneValue", op_of(fb::OpAttributes_Clamp, [](OpParts& o) { o.low = o.high = 2.0f; }),
     [](double) { return 2.0; }},
    {"LeakyRelu", op_of(fb::OpAttributes_LeakyRelu, [](OpParts& o) { o.slope = 0.125f; }),
     [](double x) { return x >= 0 ? x : 0.125 * x; }},
    {"LeakyReluThatTurns", op_of(fb::OpAttributes_LeakyRelu, [](OpParts& o) { o.slope = -2.0f; }),
     [](double x) { return x >= 0 ? x : -2 * x; }},
    {"HardSwish", op_of(fb::OpAttributes_HardSwish), [](double x) { return x * reference_hard_sigmoid(x); }},
    {"HardSigmoid", op_of(fb::OpAttributes_HardSigmoid), reference_hard_sigmoid},
    {"Sigmoid", op_of(fb::OpAttributes_Sigmoid), reference_sigmoid},
    {"Tanh", op_of(fb::OpAttributes_Tanh), [](double x) { return std::tanh(x); }},
    {"Silu", op_of(fb::OpAttributes_Silu), [](double x) { return x * reference_sigmoid(x); }},
    {"Gelu", op_of(fb::OpAttributes_Gelu), reference_gelu},
    {"GeluByTanh", op_of(fb::OpAttributes_Gelu, [](OpParts& o) { o.tanh_approximation = true; }),
     [](double x) { return x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))) / 2; }},
    {"Exp", op_of(fb::OpAttributes_Exp), [](double x) { return std::exp(x); }},
    {"Log", op_of(fb::OpAttributes_Log), [](double x) { return std::log(x); }, 1e-6, 100},
    {"Sqrt", op_of(fb::OpAttributes_Sqrt), [](double x) { return std::sqrt(x); }, 0, 100},
    {"Abs", op_of(fb::OpAttributes_Abs), [](double x) { return std::fabs(x); }},
    {"Affine", op_of(fb::OpAttributes_Affine, [](OpParts& o) { o.scale = -0.75f, o.shift = 0.5f; }),
     [](double x) { return -0.75 * x + 0.5; }},
    {"PowerScalar2", op_of(fb::OpAttributes_PowerScalar, [](OpParts& o) { o.exponent = 2.0f; }),
     [](double x) { return x * x; }},
    {"PowerScalar3", op_of(fb::OpAttributes_PowerScalar, [](OpParts& o) { o.exponent = 3.0f; }),
     [](double x) { return x * x * x; }},
    {"PowerScalar0", op_of(fb::OpAttributes_PowerScalar), [](double) { return 1.0; }},
    {"PowerScalarHalf", op_of(fb::OpAttributes_PowerScalar, [](OpParts& o) { o.exponent = 0.5f; }),
     [](double x) { return std::sqrt(x); }, 0, 9},
    {"PowerScalarMinusHalf", op_of(fb::OpAttributes_PowerScalar, [](OpParts& o) { o.exponent = -0.5f; }),
     [](double x) { return 1 / std::sqrt(x); }, 0.25, 9},
    {"PowerScalarMinus1", op_of(fb::OpAttributes_PowerScalar, [](OpParts& o) { o.exponent = -1.0f; }),
     [](double x) { return 1 / x; }, 0.25, 9},
    {"PowerScalarOdd", op_of(fb::OpAttributes_PowerScalar, [](OpParts& o) { o.exponent = 1.3f; }),
     [](double x) { return std::pow(x, double{1.3f}); }, 0, 9},
};

class UnaryOp : public ::testing::TestWithParam<std::tuple<Unary, Isa>> {
 protected:
  static const Unary& tested() { return std::get<0>(GetParam()); }

 private:
  testing::ForcedIsa forced_{std::get<1>(GetParam())};
};

TEST_P(UnaryOp, OfAnyShape) {
  std::mt19937 random(71);
  for (int i = 0; i < 40; ++i) {
    const bool fixed = i % 3 == 0;
    const Shape32 shape = random_shape(random, 1, i % 10 == 0 ? 8 : 4, i % 10 == 0 ? 3 : 9);
    ModelParts parts;
    parts.ops = {tested().op};
    const OneOp run(parts, {shape}, fixed);
    Tensor x = testing::random_tensor(random, shape);
    for (float& value : x)
      value = static_cast<float>(tested().low + (tested().high - tested().low) * (double{value} + 1) / 2);
    std::vector<double> expected;
    for (const float value : x) expected.push_back(tested().function(value));
    std::vector<int64_t> out(shape.begin(), shape.end());
    if (!fixed) out[0] = -1;
    ASSERT_EQ(run.shape(), out);
    const Tensor y = run({x});
    ASSERT_EQ(y.size(), expected.size());
    for (size_t k = 0; k < y.size(); ++k)  // each by itself: small values count too
      ASSERT_NEAR(y[k], expected[k], 4e-7 * std::fabs(expected[k]) + 3e-7) << "of " << x[k];
    ASSERT_EQ(run({x}, 3), y);
  }
}

TEST_P(UnaryOp, OfManyElementsOnThreads) {
  std::mt19937 random(72);
  ModelParts parts;
  parts.ops = {tested().op};
  const Shape32 shape = {3, 5, 149, 101};
  Tensor x = testing::random_tensor(random, shape);
  for (float& value : x) value = std::fabs(value) + 0.25f;
  const OneOp run(parts, {shape});
  const Tensor y = run({x});
  for (const uint32_t threads : {2u, 5u}) ASSERT_EQ(run({x}, threads), y) << threads;
  const size_t sample = x.size() / 3;
  const OneOp single(parts, {{1, 5, 149, 101}});
  for (size_t n = 0; n < 3; ++n) ASSERT_EQ(single({slice_of(x, n, sample)}), slice_of(y, n, sample)) << n;
}

TEST_P(UnaryOp, KeepsNan) {
  const std::string name = tested().name;
  ModelParts parts;
  parts.ops = {tested().op};
  if (name == "PowerScalar0") return;  // x^0 is 1
  EXPECT_TRUE(std::isnan(OneOp(parts, {{1, 1}})({{NAN}})[0]));
}

INSTANTIATE_TEST_SUITE_P(
    Ops, UnaryOp, ::testing::Combine(::testing::ValuesIn(kUnary), ::testing::ValuesIn(testing::available_isas())),
    [](const auto& tested) {
      return std::string(std::get<0>(tested.param).name) + "_" + isa_name(std::get<1>(tested.param));
    });

class UnaryOpOfOne : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(UnaryOpOfOne);

TEST_P(UnaryOpOfOne, FarFromZero) {
  const auto at = [](OpParts op, float x) {
    ModelParts parts;
    parts.ops = {op};
    return OneOp(parts, {{1, 1}})({{x}})[0];
  };
  OpParts by_tanh = op_of(fb::OpAttributes_Gelu, [](OpParts& o) { o.tanh_approximation = true; });
  for (const OpParts& op :
       {op_of(fb::OpAttributes_Silu), op_of(fb::OpAttributes_Gelu), by_tanh, op_of(fb::OpAttributes_HardSwish)}) {
    EXPECT_FLOAT_EQ(at(op, 1e30f), 1e30f);
    EXPECT_EQ(at(op, -1e30f), 0.0f);
    EXPECT_EQ(at(op, 0.0f), 0.0f);
  }
  EXPECT_EQ(at(op_of(fb::OpAttributes_Sigmoid), -1e30f), 0.0f);
  EXPECT_EQ(at(op_of(fb::OpAttributes_Sigmoid), 1e30f), 1.0f);
  EXPECT_EQ(at(op_of(fb::OpAttributes_Tanh), -1e30f), -1.0f);
  EXPECT_EQ(at(op_of(fb::OpAttributes_Exp), 1e30f), INFINITY);
}

// ---- An element and its channel ----

class Prelu : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(Prelu);

TEST_P(Prelu, OneSlopeOrOneAChannel) {
  std::mt19937 random(77);
  for (int i = 0; i < 150; ++i) {
    const bool one = i % 3 == 0, fixed = i % 2 == 0;
    const Shape32 shape = random_shape(random, one ? 1 : 2, 5, 6);
    const Tensor slopes = testing::random_values(random, one ? 1 : shape[1]);
    ModelParts parts;
    parts.add(fb::OpAttributes_Prelu).weight = parts.dense({static_cast<uint32_t>(slopes.size())}, slopes);
    const OneOp run(parts, {shape}, fixed);
    const Tensor x = testing::random_tensor(random, shape);
    const Array4 numbers = array_of(shape, x);
    const Array4 expected = testing::generate(shape, [&](const Shape32& index) {
      const double value = testing::element(numbers, index);
      return value >= 0 ? value : double{slopes[one ? 0 : index[1]]} * value;
    });
    const Tensor y = run({x});
    expect_near(y, expected, 1e-6);
    ASSERT_EQ(run({x}, 3), y);
  }
}

class ChannelAffine : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(ChannelAffine);

TEST_P(ChannelAffine, OfAnyShape) {
  std::mt19937 random(78);
  for (int i = 0; i < 150; ++i) {
    const Shape32 shape = random_shape(random, 2, 5, 6);
    const Tensor scales = testing::random_values(random, shape[1]), shifts = testing::random_values(random, shape[1]);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_ChannelAffine);
    op.weight = parts.dense({shape[1]}, scales);
    op.bias = parts.dense({shape[1]}, shifts);
    if (i % 3 == 0) op.activation = fb::Activation_HardSigmoid;
    const OneOp run(parts, {shape}, i % 2 == 0);
    const Tensor x = testing::random_tensor(random, shape);
    const Array4 numbers = array_of(shape, x);
    const Array4 expected = testing::generate(shape, [&](const Shape32& index) {
      const double y = double{scales[index[1]]} * testing::element(numbers, index) + double{shifts[index[1]]};
      return i % 3 == 0 ? reference_hard_sigmoid(y) : y;
    });
    const Tensor y = run({x});
    expect_near(y, expected, 1e-6);
    ASSERT_EQ(run({x}, 3), y);
  }
}

TEST_P(ChannelAffine, OnThreadsThatShareAChannel) {
  std::mt19937 random(79);
  const Shape32 shape = {2, 3, 113, 127};
  ModelParts parts;
  OpParts& op = parts.add(fb::OpAttributes_ChannelAffine);
  op.weight = parts.dense({3}, {1.0f, 2.0f, 3.0f});
  op.bias = parts.dense({3}, {0.0f, -1.0f, 1.0f});
  op.activation = fb::Activation_Relu;
  const Tensor x = testing::random_tensor(random, shape);
  const OneOp run(parts, {shape});
  const Tensor y = run({x});
  for (const uint32_t threads : {2u, 4u, 7u}) ASSERT_EQ(run({x}, threads), y) << threads;
}

// ---- Refusals ----

std::function<void(ModelParts&)> with_weight(fb::OpAttributes type, Shape32 weight, Shape32 bias = {}) {
  return [=](ModelParts& m) {
    OpParts op = op_of(type);
    op.weight = m.dense(weight, Tensor(testing::elements_of(weight), 1.0f));
    if (!bias.empty()) op.bias = m.dense(bias, Tensor(testing::elements_of(bias), 1.0f));
    m.ops.push_back(op);
  };
}
const Refusal kRefusals[] = {
    {"ClampUpsideDown",
     one_op(fb::OpAttributes_Clamp, [](OpParts& o) { o.low = 1.0f, o.high = 0.5f; }),
     {2, 3},
     DCM_GRAPH_ATTRIBUTE,
     "Clamp 'op' (operator 0): its low is 1 and its high 0.5"},
    {"ClampNan", one_op(fb::OpAttributes_Clamp, [](OpParts& o) { o.high = NAN; }), {2, 3}, DCM_GRAPH_ATTRIBUTE, "nan"},
    {"LeakyReluSlope",
     one_op(fb::OpAttributes_LeakyRelu, [](OpParts& o) { o.slope = INFINITY; }),
     {2, 3},
     DCM_GRAPH_ATTRIBUTE,
     "its slope is inf, expected a finite number"},
    {"AffineScale",
     one_op(fb::OpAttributes_Affine, [](OpParts& o) { o.scale = NAN; }),
     {2, 3},
     DCM_GRAPH_ATTRIBUTE,
     "its scale is nan"},
    {"AffineShift",
     one_op(fb::OpAttributes_Affine, [](OpParts& o) { o.shift = -INFINITY; }),
     {2, 3},
     DCM_GRAPH_ATTRIBUTE,
     "its shift is -inf"},
    {"PowerScalarExponent",
     one_op(fb::OpAttributes_PowerScalar, [](OpParts& o) { o.exponent = NAN; }),
     {2, 3},
     DCM_GRAPH_ATTRIBUTE,
     "its exponent is nan"},
    {"UnaryOfTwo",
     one_op(fb::OpAttributes_Tanh, [](OpParts& o) { o.inputs = {{0, 0}}; }),
     {2, 3},
     DCM_GRAPH_REFERENCE,
     "reads 2 values, expected 1"},
    {"PreluOfAnotherSize",
     with_weight(fb::OpAttributes_Prelu, {4}),
     {2, 3},
     DCM_GRAPH_SHAPE,
     "its weight has shape [4], expected [3]"},
    {"PreluOfAMatrix", with_weight(fb::OpAttributes_Prelu, {3, 1}), {2, 3}, DCM_GRAPH_SHAPE, "[3, 1], expected [3]"},
    {"PreluWithoutChannels",
     with_weight(fb::OpAttributes_Prelu, {4}),
     {4},
     DCM_GRAPH_SHAPE,
     "expected [1] for an input of shape [4]",
     true},
    {"PreluOfNoWeight",
     one_op(fb::OpAttributes_Prelu, [](OpParts& o) { o.weight = 0xFFFFFFFF; }),
     {2, 3},
     DCM_GRAPH_REFERENCE,
     "its weight is weight 4294967295 of 0"},
    {"PreluOfASharedWeight",
     [](ModelParts& m) { m.add(fb::OpAttributes_Prelu).weight = m.dense_shared({3}, {0, 1, 0}, {1.0f, 2.0f}); },
     {2, 3},
     DCM_GRAPH_REFERENCE,
     "expected a dense one"},
    {"ChannelAffineRank",
     with_weight(fb::OpAttributes_ChannelAffine, {3}, {3}),
     {3},
     DCM_GRAPH_SHAPE,
     "its input has shape [3], expected 2 dimensions or more",
     true},
    {"ChannelAffineWeight",
     with_weight(fb::OpAttributes_ChannelAffine, {2}, {3}),
     {2, 3, 2},
     DCM_GRAPH_SHAPE,
     "its weight has shape [2], expected [3]"},
    {"ChannelAffineBias",
     with_weight(fb::OpAttributes_ChannelAffine, {3}, {1}),
     {2, 3, 2},
     DCM_GRAPH_SHAPE,
     "its bias has shape [1], expected [3]"},
    {"ChannelAffineWithoutBias",
     with_weight(fb::OpAttributes_ChannelAffine, {3}),
     {2, 3, 2},
     DCM_GRAPH_REFERENCE,
     "its bias is weight 4294967295 of 1"},
};

class RefusedUnary : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusedUnary, WithCodeAndWords) {
  testing::expect_refused(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Ops, RefusedUnary, ::testing::ValuesIn(kRefusals),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace dcm
