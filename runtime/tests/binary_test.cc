// Functions of two elements, broadcast, against docs/format.md in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

#include "forced_isa.h"
#include "one_op.h"
#include "refusal.h"

namespace dcm {
namespace {

using testing::add_constant;
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
using testing::with_constant;
namespace fb = testing::fb;

using Shape32 = std::vector<uint32_t>;

Shape32 random_shape(std::mt19937& random, uint32_t least_rank, uint32_t most_rank, uint32_t most_size) {
  Shape32 shape(pick(random, least_rank, most_rank));
  for (uint32_t& size : shape) size = pick(random, 1, most_size);
  return shape;
}

Tensor slice_of(const Tensor& x, size_t sample, size_t size) {
  return {x.begin() + static_cast<ptrdiff_t>(sample * size), x.begin() + static_cast<ptrdiff_t>((sample + 1) * size)};
}

struct Binary {
  const char* name;
  fb::OpAttributes type;
  double (*function)(double, double);
  bool has_activation;
  bool positive = false;  // its operands
};

const Binary kBinary[] = {
    {"Add", fb::OpAttributes_Add, [](double a, double b) { return a + b; }, true},
    {"Subtract", fb::OpAttributes_Subtract, [](double a, double b) { return a - b; }, true},
    {"Multiply", fb::OpAttributes_Multiply, [](double a, double b) { return a * b; }, true},
    {"Divide", fb::OpAttributes_Divide, [](double a, double b) { return a / b; }, true, true},
    {"Minimum", fb::OpAttributes_Minimum, [](double a, double b) { return a < b ? a : b; }, false},
    {"Maximum", fb::OpAttributes_Maximum, [](double a, double b) { return a < b ? b : a; }, false},
    {"Power", fb::OpAttributes_Power, [](double a, double b) { return std::pow(a, b); }, false, true},
};

// NumPy's rule, element by element.
Array4 reference_binary(const Array4& a, const Array4& b, double (*function)(double, double)) {
  const size_t rank = std::max(a.shape.size(), b.shape.size());
  const auto size_of = [rank](const Array4& x, size_t axis) {
    const size_t missing = rank - x.shape.size();
    return axis < missing ? 1 : x.shape[axis - missing];
  };
  Shape32 shape;
  for (size_t axis = 0; axis < rank; ++axis)
    shape.push_back(size_of(a, axis) == 1 ? size_of(b, axis) : size_of(a, axis));
  return testing::generate(shape, [&](const Shape32& index) {
    const auto from = [&](const Array4& x) {
      size_t at = 0;
      for (size_t axis = 0; axis < rank; ++axis) at = at * size_of(x, axis) + (size_of(x, axis) == 1 ? 0 : index[axis]);
      return x.values[at];
    };
    return function(from(a), from(b));
  });
}

Tensor operand(std::mt19937& random, const Shape32& shape, bool positive) {
  Tensor x = testing::random_tensor(random, shape);
  if (positive)
    for (float& value : x) value = std::fabs(value) + 0.25f;
  return x;
}

class BinaryOp : public ::testing::TestWithParam<std::tuple<Binary, Isa>> {
 protected:
  static const Binary& tested() { return std::get<0>(GetParam()); }

  OpParts& add_op(ModelParts* parts) {
    OpParts& op = parts->add(tested().type);
    if (tested().has_activation && ++ops_ % 2 == 0) op.activation = fb::Activation_Relu6;
    return op;
  }
  Array4 reference(const Shape32& a_shape, const Tensor& a, const Shape32& b_shape, const Tensor& b,
                   const OpParts& op) const {
    Array4 y = reference_binary(array_of(a_shape, a), array_of(b_shape, b), tested().function);
    if (op.activation == fb::Activation_Relu6)
      for (double& value : y.values) value = std::fmin(std::fmax(value, 0), 6);
    return y;
  }

 private:
  testing::ForcedIsa forced_{std::get<1>(GetParam())};
  int ops_ = 0;
};

TEST_P(BinaryOp, OfTwoInputsWithoutABatch) {
  std::mt19937 random(73);
  for (int i = 0; i < 300; ++i) {
    const Shape32 out = random_shape(random, 1, i % 10 == 0 ? 8 : 5, i % 10 == 0 ? 3 : 7);
    Shape32 shapes[2] = {out, out};
    for (Shape32& shape : shapes) {
      for (uint32_t& size : shape)
        if (random() % 3 == 0) size = 1;
      if (random() % 3 == 0) shape.erase(shape.begin(), shape.begin() + pick(random, 0, uint32_t(shape.size()) - 1));
    }
    ModelParts parts;
    const OpParts op = add_op(&parts);
    const OneOp run(parts, {shapes[0], shapes[1]}, testing::kFixed);
    const Tensor a = operand(random, shapes[0], tested().positive), b = operand(random, shapes[1], tested().positive);
    const Array4 expected = reference(shapes[0], a, shapes[1], b, op);
    ASSERT_EQ(run.shape(), std::vector<int64_t>(expected.shape.begin(), expected.shape.end()));
    const Tensor y = run({a, b});
    expect_near(y, expected, 1e-6);
    ASSERT_EQ(run({a, b}, 3), y);
  }
}

TEST_P(BinaryOp, OfTwoInputsWithTheBatch) {
  std::mt19937 random(74);
  for (int i = 0; i < 200; ++i) {
    const Shape32 out = random_shape(random, 1, 5, 6);
    Shape32 shapes[2] = {out, out};
    for (Shape32& shape : shapes)
      for (size_t axis = 1; axis < shape.size(); ++axis)
        if (random() % 3 == 0) shape[axis] = 1;
    ModelParts parts;
    const OpParts op = add_op(&parts);
    const OneOp run(parts, {shapes[0], shapes[1]});
    const Tensor a = operand(random, shapes[0], tested().positive), b = operand(random, shapes[1], tested().positive);
    const Tensor y = run({a, b});
    expect_near(y, reference(shapes[0], a, shapes[1], b, op), 1e-6);
    ASSERT_EQ(run({a, b}, 3), y);
  }
}

TEST_P(BinaryOp, OfTheBatchAndAConstant) {
  std::mt19937 random(75);
  for (int i = 0; i < 200; ++i) {
    const Shape32 out = random_shape(random, 1, 5, 6);
    Shape32 x_shape = out, constant_shape = out;
    for (size_t axis = 1; axis < x_shape.size(); ++axis)
      if (random() % 3 == 0) x_shape[axis] = 1;
    for (uint32_t& size : constant_shape)
      if (random() % 3 == 0) size = 1;
    constant_shape[0] = 1;
    if (out.size() > 1 && random() % 2 == 0)
      constant_shape.erase(constant_shape.begin(), constant_shape.begin() + pick(random, 1, uint32_t(out.size()) - 1));
    ModelParts parts;
    const Tensor constant = operand(random, constant_shape, tested().positive);
    const uint32_t id = add_constant(&parts, 1, constant_shape, constant);
    OpParts& op = add_op(&parts);
    const bool constant_first = i % 2 == 0;
    op.inputs = constant_first ? std::vector<uint32_t>{id, 0} : std::vector<uint32_t>{0, id};
    const OneOp run(parts, {x_shape});
    ASSERT_EQ(run.code(), DCM_OK) << run.text();
    const Tensor x = operand(random, x_shape, tested().positive);
    const Tensor y = run({x});
    expect_near(y,
                constant_first ? reference(constant_shape, constant, x_shape, x, op)
                               : reference(x_shape, x, constant_shape, constant, op),
                1e-6);
    ASSERT_EQ(run.shape()[0], -1);
    ASSERT_EQ(run({x}, 3), y);
    const size_t size = x.size() / x_shape[0], results = y.size() / x_shape[0];
    Shape32 one = x_shape;
    one[0] = 1;
    for (size_t n = 0; n < x_shape[0]; ++n)
      ASSERT_EQ(OneOp(parts, {one})({slice_of(x, n, size)}), slice_of(y, n, results)) << n;
  }
}

TEST_P(BinaryOp, ByChannelOverSeveralBlocks) {
  // Squeeze and excitation: [B, C, H, W] with [B, C, 1, 1]; runs longer than a block, on threads.
  std::mt19937 random(76);
  const Shape32 a_shape = {3, 5, 71, 67}, b_shape = {3, 5, 1, 1};
  ModelParts parts;
  add_op(&parts);
  const OpParts op = add_op(&parts);
  parts.ops.erase(parts.ops.begin());
  const Tensor a = operand(random, a_shape, tested().positive), b = operand(random, b_shape, tested().positive);
  const OneOp run(parts, {a_shape, b_shape});
  const Tensor y = run({a, b});
  expect_near(y, reference(a_shape, a, b_shape, b, op), 1e-6);
  for (const uint32_t threads : {2u, 7u}) ASSERT_EQ(run({a, b}, threads), y) << threads;
}

TEST_P(BinaryOp, KeepsNan) {
  ModelParts parts;
  parts.add(tested().type);
  const OneOp run(parts, {{1, 2}, {1, 2}});
  const Tensor y = run({{NAN, 3.0f}, {3.0f, NAN}});
  EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1])) << y[0] << " " << y[1];
}

TEST_P(BinaryOp, OfOneValueTwice) {
  ModelParts parts;
  parts.add(tested().type).inputs = {{0, 0}};
  const Tensor x = {1.0f, 2.0f, 0.5f};
  Tensor expected;
  for (const float value : x) expected.push_back(static_cast<float>(tested().function(value, value)));
  EXPECT_EQ(OneOp(parts, {{1, 3}})({x}), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Ops, BinaryOp, ::testing::Combine(::testing::ValuesIn(kBinary), ::testing::ValuesIn(testing::available_isas())),
    [](const auto& tested) {
      return std::string(std::get<0>(tested.param).name) + "_" + isa_name(std::get<1>(tested.param));
    });

const Refusal kRefusals[] = {
    {"BinaryOfOne",
     one_op(fb::OpAttributes_Maximum, [](OpParts&) {}),
     {2, 3},
     DCM_GRAPH_REFERENCE,
     "reads 1 values, expected 2"},
    {"MultiplyActivation",
     one_op(fb::OpAttributes_Multiply,
            [](OpParts& o) { o.inputs = {{0, 0}}, o.activation = static_cast<fb::Activation>(9); }),
     {2, 3},
     DCM_GRAPH_OPERATOR,
     "activation 9: it needs a newer runtime"},
    {"SizesThatDoNotFit",
     with_constant(fb::OpAttributes_Add, {4}),
     {2, 3},
     DCM_GRAPH_SHAPE,
     "its inputs have shapes [B, 3] and [4], which do not broadcast"},
    {"SeveralSamplesOfAConstant",
     with_constant(fb::OpAttributes_Multiply, {2, 3}),
     {2, 3},
     DCM_GRAPH_SHAPE,
     "[B, 3] and [2, 3]"},
    {"AxisBeforeTheBatch",
     with_constant(fb::OpAttributes_Power, {1, 2, 3}),
     {2, 3},
     DCM_GRAPH_SHAPE,
     "[B, 3] and [1, 2, 3]"},
    {"BatchAlongAnotherAxis",
     [](ModelParts& m) {  // [B, 3] and [B, 1, 3]: the batch would meet an axis of the sample
       m.add(fb::OpAttributes_Reshape).shape = {1, 3};
       m.add(fb::OpAttributes_Subtract, "op").inputs = {{0, 1}};
     },
     {2, 3},
     DCM_GRAPH_SHAPE,
     "Subtract 'op' (operator 1): its inputs have shapes [B, 3] and [B, 1, 3]"},
    {"BroadcastTooLarge",
     with_constant(fb::OpAttributes_Divide, {1u << 16, 1}),
     {1, 1, 1u << 15},
     DCM_GRAPH_SHAPE,
     "2^31"},
};

class RefusedBinary : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusedBinary, WithCodeAndWords) {
  testing::expect_refused(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Ops, RefusedBinary, ::testing::ValuesIn(kRefusals),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace dcm
