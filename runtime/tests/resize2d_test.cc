// Resize2d against docs/format.md in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "one_op.h"
#include "refusal.h"

namespace dcm {
namespace {

using testing::Array4;
using testing::array_of;
using testing::expect_independence;
using testing::expect_near;
using testing::ModelParts;
using testing::one_op;
using testing::OneOp;
using testing::OpParts;
using testing::pick;
using testing::random_tensor;
using testing::Refusal;
using testing::Tensor;
namespace fb = testing::fb;

using Shape32 = std::vector<uint32_t>;

ModelParts model_of(const OpParts& op) {
  ModelParts parts;
  parts.ops = {op};
  return parts;
}

OpParts resize(fb::Interpolation interpolation, uint32_t out_h, uint32_t out_w) {
  OpParts op;
  op.type = fb::OpAttributes_Resize2d;
  op.interpolation = interpolation;
  op.out_h = out_h;
  op.out_w = out_w;
  return op;
}

double step_of(float scale, uint32_t n, uint32_t out) {
  return scale != 0 ? double{scale} : static_cast<double>(n) / out;
}

// Where output element o of an axis of n elements lies in the input.
double position(const OpParts& op, float scale, uint32_t n, uint32_t out, uint32_t o) {
  if (op.align_corners) return out == 1 ? 0.0 : static_cast<double>(o) * (n - 1) / (out - 1);
  return std::max(0.0, (o + 0.5) * step_of(scale, n, out) - 0.5);
}

Array4 reference_bilinear(const Array4& x, const OpParts& op) {
  return testing::generate({x.shape[0], x.shape[1], op.out_h, op.out_w}, [&](const Shape32& at) {
    const double y = position(op, op.scale_h, x.shape[2], op.out_h, at[2]);
    const double column = position(op, op.scale_w, x.shape[3], op.out_w, at[3]);
    double sum = 0;
    for (const double cy : {std::floor(y), std::floor(y) + 1})
      for (const double cx : {std::floor(column), std::floor(column) + 1})
        sum += (1 - std::fabs(y - cy)) * (1 - std::fabs(column - cx)) *
               element(x, {at[0], at[1], static_cast<uint32_t>(std::min(cy, x.shape[2] - 1.0)),
                           static_cast<uint32_t>(std::min(cx, x.shape[3] - 1.0))});
    return sum;
  });
}

float random_scale(std::mt19937& random) {
  return random() % 2 == 0 ? 0.0f : static_cast<float>(pick(random, 10, 200)) / 70.0f;
}

TEST(Resize2d, Bilinear) {
  std::mt19937 random(61);
  for (int i = 0; i < 300; ++i) {
    OpParts op = resize(fb::Interpolation_Bilinear, pick(random, 1, 20), pick(random, 1, 20));
    op.align_corners = i % 3 == 0;
    op.scale_h = random_scale(random);
    op.scale_w = random_scale(random);
    const Shape32 shape = {2, 2, pick(random, 1, 12), pick(random, 1, 12)};
    const Tensor x = random_tensor(random, shape);
    const OneOp run(model_of(op), {shape}, i % 7 == 0);
    expect_near(run({x}), reference_bilinear(array_of(shape, x), op));
    EXPECT_EQ(run.shape()[2], op.out_h);
    EXPECT_EQ(run.shape()[3], op.out_w);
  }
}

// Sizes and steps are such that no position is a whole number but for rounding.
TEST(Resize2d, Nearest) {
  std::mt19937 random(62);
  for (int i = 0; i < 300; ++i) {
    OpParts op = resize(fb::Interpolation_Nearest, pick(random, 1, 20), pick(random, 1, 20));
    op.align_corners = i % 4 == 0;  // means nothing here
    op.scale_h = random_scale(random);
    op.scale_w = random_scale(random);
    const Shape32 shape = {2, 2, pick(random, 1, 12), pick(random, 1, 12)};
    const Tensor x = random_tensor(random, shape);
    const auto source = [](float scale, uint32_t n, uint32_t out, uint32_t o) {
      const double at = o * step_of(scale, n, out);
      return static_cast<uint32_t>(std::min(std::floor(at + 1e-6), n - 1.0));
    };
    const Array4 from = array_of(shape, x);
    const Array4 expected = testing::generate({2, 2, op.out_h, op.out_w}, [&](const Shape32& at) {
      return element(from, {at[0], at[1], source(op.scale_h, shape[2], op.out_h, at[2]),
                            source(op.scale_w, shape[3], op.out_w, at[3])});
    });
    expect_near(OneOp(model_of(op), {shape})({x}), expected, 0.0);
  }
}

TEST(Resize2d, NearestByWholeFactorsRepeats) {
  std::mt19937 random(63);
  for (const uint32_t factor : {1u, 2u, 3u, 7u, 10u, 49u}) {
    const Shape32 shape = {1, 1, 5, 6};
    const Tensor x = random_tensor(random, shape);
    const Tensor y = OneOp(model_of(resize(fb::Interpolation_Nearest, 5 * factor, 6 * factor)), {shape})({x});
    for (uint32_t i = 0; i < 5 * factor; ++i)
      for (uint32_t j = 0; j < 6 * factor; ++j)
        ASSERT_EQ(y[i * 6 * factor + j], x[i / factor * 6 + j / factor]) << factor << " " << i << " " << j;
  }
}

TEST(Resize2d, HugeStepsStayInside) {
  for (const fb::Interpolation interpolation : {fb::Interpolation_Nearest, fb::Interpolation_Bilinear}) {
    OpParts op = resize(interpolation, 3, 4);
    op.scale_h = op.scale_w = 3e38f;
    const Tensor y = OneOp(model_of(op), {{1, 1, 2, 2}})({{1.0f, 2.0f, 3.0f, 4.0f}});
    EXPECT_EQ(y[11], 4.0f);
  }
}

TEST(Resize2d, DependsOnNeitherThreadsNorBatch) {
  std::mt19937 random(64);
  const Shape32 shape = {3, 4, 30, 31};
  expect_independence(model_of(resize(fb::Interpolation_Bilinear, 150, 140)), shape, random_tensor(random, shape));
}

constexpr fb::OpAttributes kResize = fb::OpAttributes_Resize2d;

const Refusal kRefusals[] = {
    {"Rank", one_op(kResize, [](OpParts&) {}), {1, 2, 3}, DCM_GRAPH_SHAPE, "expected 4 dimensions"},
    {"Height0",
     one_op(kResize, [](OpParts& o) { o.out_h = 0; }),
     {1, 2, 3, 3},
     DCM_GRAPH_ATTRIBUTE,
     "its output is 0 by 1"},
    {"Width0",
     one_op(kResize, [](OpParts& o) { o.out_w = 0; }),
     {1, 2, 3, 3},
     DCM_GRAPH_ATTRIBUTE,
     "its output is 1 by 0"},
    {"ScaleNegative",
     one_op(kResize, [](OpParts& o) { o.scale_h = -1.0f; }),
     {1, 2, 3, 3},
     DCM_GRAPH_ATTRIBUTE,
     "a scale is -1"},
    {"ScaleNan",
     one_op(kResize, [](OpParts& o) { o.scale_w = NAN; }),
     {1, 2, 3, 3},
     DCM_GRAPH_ATTRIBUTE,
     "a scale is nan"},
    {"ScaleInfinite",
     one_op(kResize, [](OpParts& o) { o.scale_w = INFINITY; }),
     {1, 2, 3, 3},
     DCM_GRAPH_ATTRIBUTE,
     "a scale is inf"},
    {"Interpolation",
     one_op(kResize, [](OpParts& o) { o.interpolation = static_cast<fb::Interpolation>(2); }),
     {1, 2, 3, 3},
     DCM_GRAPH_OPERATOR,
     "interpolation 2: it needs a newer runtime"},
    {"TooLarge", one_op(kResize, [](OpParts& o) { o.out_h = o.out_w = 65536; }), {1, 2, 3, 3}, DCM_GRAPH_SHAPE, "2^31"},
};

class Resize2dRefusals : public ::testing::TestWithParam<Refusal> {};
INSTANTIATE_TEST_SUITE_P(Each, Resize2dRefusals, ::testing::ValuesIn(kRefusals),
                         [](const auto& tested) { return std::string(tested.param.name); });
TEST_P(Resize2dRefusals, WithCodeAndWords) {
  expect_refused(GetParam());
}

}  // namespace
}  // namespace dcm
