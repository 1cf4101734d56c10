// The vector functions made of exponentials over all exponents of binary32, against double precision.
#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <cstring>
#include <string>
#include <tuple>

#include "forced_isa.h"
#include "one_op.h"

namespace dcm {
namespace {

using testing::ModelParts;
using testing::OneOp;
using testing::OpParts;
using testing::Tensor;
namespace fb = testing::fb;

struct Function {
  const char* name;
  fb::OpAttributes type;
  bool by_tanh;
  double (*exact)(double);
  double bound;           // of the relative error
  double argument_bound;  // of what rounding the argument of the tanh adds for each 1 of it
};

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}
double gelu_argument(double x) {
  return std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
}

const Function kFunctions[] = {
    {"Exp", fb::OpAttributes_Exp, false, [](double x) { return std::exp(x); }, 1.2e-7, 0},
    {"Sigmoid", fb::OpAttributes_Sigmoid, false, sigmoid, 2.5e-7, 0},
    {"Silu", fb::OpAttributes_Silu, false, [](double x) { return x * sigmoid(x); }, 2.5e-7, 0},
    {"Tanh", fb::OpAttributes_Tanh, false, [](double x) { return std::tanh(x); }, 3e-7, 0},
    {"Gelu", fb::OpAttributes_Gelu, false, [](double x) { return x * std::erfc(-x / std::sqrt(2.0)) / 2; }, 1e-6, 0},
    {"GeluByTanh", fb::OpAttributes_Gelu, true, [](double x) { return x * sigmoid(2 * gelu_argument(x)); }, 3e-7, 5e-7},
};

std::vector<Isa> vector_isas() {
  std::vector<Isa> isas = testing::available_isas();
  isas.erase(isas.begin());  // the generic kernels call the C library
  return isas;
}

class Exponential : public ::testing::TestWithParam<std::tuple<Function, Isa>> {
 protected:
  static const Function& function() { return std::get<0>(GetParam()); }
  static Isa isa() { return std::get<1>(GetParam()); }

  static Tensor run(const Tensor& x) {
    OpParts op;
    op.type = function().type;
    op.tanh_approximation = function().by_tanh;
    ModelParts parts;
    parts.ops = {op};
    const OneOp one(parts, {{1, static_cast<uint32_t>(x.size())}});
    EXPECT_NE(one.kernel().find(isa_name(isa())), std::string::npos) << one.kernel();
    return one({x});
  }

 private:
  testing::ForcedIsa forced_{isa()};
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Exponential);
INSTANTIATE_TEST_SUITE_P(Functions, Exponential,
                         ::testing::Combine(::testing::ValuesIn(kFunctions), ::testing::ValuesIn(vector_isas())),
                         [](const auto& tested) {
                           return std::string(std::get<0>(tested.param).name) + "_" +
                                  isa_name(std::get<1>(tested.param));
                         });

TEST_P(Exponential, OverAllFiniteNumbers) {
  Tensor x;
  for (uint32_t magnitude = 0; magnitude < 0x7f800000; magnitude += 5039)  // a prime: all kinds of mantissas
    for (const uint32_t sign : {0u, 0x80000000u}) {
      const uint32_t bits = magnitude | sign;
      float value;
      std::memcpy(&value, &bits, sizeof value);
      x.push_back(value);
    }
  const Tensor y = run(x);
  double worst = 0, worst_at = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double exact = function().exact(x[i]);
    if (std::fabs(exact) > FLT_MAX) {
      ASSERT_TRUE(std::isinf(y[i]) && (y[i] > 0) == (exact > 0)) << "of " << x[i] << ": " << y[i];
      continue;
    }
    const double bound = function().bound + function().argument_bound * std::fabs(gelu_argument(x[i]));
    const double below = FLT_MIN * std::fmax(1, std::fmin(std::fabs(x[i]), 128));  // of what is no normal number
    const double error = std::fabs(y[i] - exact);
    ASSERT_LE(error, std::fabs(exact) * bound + below) << "of " << x[i] << ": " << y[i] << " for " << exact;
    if (std::fabs(exact) >= 128 * FLT_MIN && error / std::fabs(exact) / bound > worst) {
      worst = error / std::fabs(exact) / bound;
      worst_at = x[i];
    }
  }
  RecordProperty("worst_part_of_bound_at", std::to_string(worst) + " " + std::to_string(worst_at));
  EXPECT_GT(worst, 0.2) << "the bound says too little";
}

TEST_P(Exponential, OfNoNumberAndInfinities) {
  const Tensor y = run({NAN, INFINITY, -INFINITY});
  EXPECT_TRUE(std::isnan(y[0]));
  const double above = function().exact(1e4), below = function().exact(-1e4);
  EXPECT_EQ(y[1], above > 2 ? INFINITY : static_cast<float>(above));
  if (function().type == fb::OpAttributes_Silu || function().by_tanh)
    EXPECT_TRUE(std::isnan(y[2])) << y[2];  // minus infinity / infinity
  else
    EXPECT_EQ(y[2], static_cast<float>(below));
}

// A vector's end is computed like its middle.
TEST_P(Exponential, WhereverAnElementLies) {
  const Tensor x(67, -1.7f);
  for (const size_t count : {1u, 3u, 15u, 16u, 17u, 31u, 67u}) {
    const Tensor y = run(Tensor(x.begin(), x.begin() + static_cast<ptrdiff_t>(count)));
    for (const float value : y) ASSERT_EQ(value, y[0]) << count;
  }
}

}  // namespace
}  // namespace dcm
