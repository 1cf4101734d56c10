#include <cmath>

#include "lowered_network.h"

namespace dcm {
namespace {

using testing::ModelParts;
using testing::OpParts;
using testing::Tensor;
namespace fb = testing::fb;

class LoweredUnary : public testing::OnEachVariant {};
DCM_ON_EACH_VARIANT(LoweredUnary);

constexpr fb::OpAttributes kFunctions[] = {
    fb::OpAttributes_Relu,    fb::OpAttributes_Clamp,       fb::OpAttributes_LeakyRelu,  fb::OpAttributes_HardSwish,
    fb::OpAttributes_Sigmoid, fb::OpAttributes_HardSigmoid, fb::OpAttributes_Tanh,       fb::OpAttributes_Silu,
    fb::OpAttributes_Gelu,    fb::OpAttributes_Exp,         fb::OpAttributes_Log,        fb::OpAttributes_Sqrt,
    fb::OpAttributes_Abs,     fb::OpAttributes_Affine,      fb::OpAttributes_PowerScalar};

ModelParts unary(fb::OpAttributes type) {
  ModelParts parts;
  OpParts& op = parts.add(type);
  op.low = -0.5f;
  op.high = 1.25f;
  op.slope = 0.1f;
  op.scale = -1.5f;
  op.shift = 0.25f;
  op.exponent = 1.7f;
  return parts;
}

// Numbers of all magnitudes that the function is for; each result is compared by itself.
void expect_everywhere(const ModelParts& parts, bool positive, uint32_t features) {
  Tensor x = {0.0f};
  for (float magnitude = 1e-6f; magnitude < 60.0f; magnitude *= 1.07f) {
    x.push_back(magnitude);
    if (!positive) x.push_back(-magnitude);
  }
  if (positive) x.erase(x.begin());
  const std::vector<uint32_t> shape = {1, static_cast<uint32_t>(x.size())};
  const Tensor expected = testing::OneOp(parts, {shape})({x});
  const Tensor found = testing::run_lowered(testing::OneOp(parts, {shape}).parts(), {x}, 1, features).at(0);
  for (size_t i = 0; i < x.size(); ++i)
    ASSERT_NEAR(found[i], expected[i], 2e-5 * std::fabs(expected[i]) + 2e-6) << "of " << x[i];
}

TEST_P(LoweredUnary, EachFunctionOverAllMagnitudes) {
  for (const fb::OpAttributes type : kFunctions) {
    SCOPED_TRACE(fb::EnumNameOpAttributes(type));
    const bool positive =
        type == fb::OpAttributes_Log || type == fb::OpAttributes_Sqrt || type == fb::OpAttributes_PowerScalar;
    expect_everywhere(unary(type), positive, features());
  }
  ModelParts by_tanh = unary(fb::OpAttributes_Gelu);
  by_tanh.ops[0].tanh_approximation = true;
  expect_everywhere(by_tanh, false, features());
}

TEST_P(LoweredUnary, PowersOfEveryKind) {
  for (const float exponent : {0.0f, 1.0f, 2.0f, 3.0f, -1.0f, -2.0f, 0.5f, -0.5f, 1.5f, 4.0f}) {
    SCOPED_TRACE(exponent);
    ModelParts parts = unary(fb::OpAttributes_PowerScalar);
    parts.ops[0].exponent = exponent;
    const bool whole = exponent == std::floor(exponent);
    Tensor x;
    for (float each = 0.125f; each < 20.0f; each *= 1.2f) {
      x.push_back(each);
      if (whole) x.push_back(-each);
    }
    testing::expect_as_on_cpu(parts, {{1, static_cast<uint32_t>(x.size())}}, false, features(), std::vector<Tensor>{x},
                              1e-5);
  }
}

TEST_P(LoweredUnary, LargeArgumentsStayFinite) {
  for (const fb::OpAttributes type : {fb::OpAttributes_Sigmoid, fb::OpAttributes_Tanh, fb::OpAttributes_Silu,
                                      fb::OpAttributes_Gelu, fb::OpAttributes_HardSwish}) {
    SCOPED_TRACE(fb::EnumNameOpAttributes(type));
    testing::expect_as_on_cpu(unary(type), {{1, 6}}, false, features(),
                              std::vector<Tensor>{{-1e4f, -100.0f, -89.0f, 89.0f, 100.0f, 1e4f}}, 1e-6);
  }
}

TEST_P(LoweredUnary, EverySizeOfTheLastWorkgroup) {
  std::mt19937 random(3);
  for (const uint32_t count : {1u, 63u, 64u, 65u, 255u, 256u, 257u, 5000u})
    testing::expect_as_on_cpu(unary(fb::OpAttributes_Silu), {{3, count}}, false, features(), random);
}

}  // namespace
}  // namespace dcm
