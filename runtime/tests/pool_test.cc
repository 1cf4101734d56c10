// Average and adaptive pools against docs/format.md in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
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

// ---- AveragePool2d ----

Array4 reference_average_pool2d(const Array4& x, const OpParts& op) {
  const int64_t height = x.shape[2], width = x.shape[3];
  const Shape32 shape = {
      x.shape[0], x.shape[1],
      testing::reference_windows(x.shape[2], op.kernel_h, op.stride_h, 1, op.pad_top, op.pad_bottom, op.ceil_mode),
      testing::reference_windows(x.shape[3], op.kernel_w, op.stride_w, 1, op.pad_left, op.pad_right, op.ceil_mode)};
  return testing::generate(shape, [&](const Shape32& at) {
    double sum = 0;
    uint32_t inside = 0, inside_padded = 0;
    for (uint32_t i = 0; i < op.kernel_h; ++i)
      for (uint32_t j = 0; j < op.kernel_w; ++j) {
        const int64_t y = int64_t{at[2]} * op.stride_h - op.pad_top + i;
        const int64_t column = int64_t{at[3]} * op.stride_w - op.pad_left + j;
        inside_padded += y < height + op.pad_bottom && column < width + op.pad_right;
        if (y < 0 || y >= height || column < 0 || column >= width) continue;
        ++inside;
        sum += element(x, {at[0], at[1], static_cast<uint32_t>(y), static_cast<uint32_t>(column)});
      }
    return sum / (op.divisor != 0 ? op.divisor : op.count_include_pad ? inside_padded : inside);
  });
}

class AveragePool2d : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(AveragePool2d);

TEST_P(AveragePool2d, RandomWindows) {
  std::mt19937 random(51);
  int with_ceil = 0;
  for (int i = 0; i < 400; ++i) {
    OpParts op;
    op.type = fb::OpAttributes_AveragePool2d;
    op.kernel_h = pick(random, 1, 5);
    op.kernel_w = pick(random, 1, 5);
    op.stride_h = pick(random, 1, 5);
    op.stride_w = pick(random, 1, 5);
    op.pad_top = pick(random, 0, op.kernel_h / 2);
    op.pad_bottom = pick(random, 0, op.kernel_h / 2);
    op.pad_left = pick(random, 0, op.kernel_w / 2);
    op.pad_right = pick(random, 0, op.kernel_w / 2);
    op.ceil_mode = i % 2 == 0;
    op.count_include_pad = i % 3 != 0;
    if (i % 5 == 0) op.divisor = pick(random, 1, 9);
    const Shape32 shape = {2, 3, pick(random, op.kernel_h, 15), pick(random, op.kernel_w, 15)};
    const Tensor x = random_tensor(random, shape);
    const Array4 expected = reference_average_pool2d(array_of(shape, x), op);
    OpParts floor = op;
    floor.ceil_mode = false;
    with_ceil += op.ceil_mode && reference_average_pool2d(array_of(shape, x), floor).shape != expected.shape;
    const OneOp run(model_of(op), {shape}, i % 7 == 0);
    expect_near(run({x}), expected);
    EXPECT_EQ(run.shape()[2], expected.shape[2]);
    EXPECT_EQ(run.shape()[3], expected.shape[3]);
  }
  EXPECT_GT(with_ceil, 20);
}

TEST_P(AveragePool2d, ManyElementsAddUpWithSmallError) {
  OpParts op;
  op.type = fb::OpAttributes_AveragePool2d;
  op.kernel_h = 500;
  op.kernel_w = 501;
  std::mt19937 random(52);
  const Shape32 shape = {1, 1, 500, 501};
  Tensor x = random_tensor(random, shape);
  for (float& value : x) value += 2.0f;
  expect_near(OneOp(model_of(op), {shape})({x}), reference_average_pool2d(array_of(shape, x), op), 1e-6);
}

TEST_P(AveragePool2d, DependsOnNeitherThreadsNorBatch) {
  OpParts op;
  op.type = fb::OpAttributes_AveragePool2d;
  op.kernel_h = op.kernel_w = 3;
  op.stride_h = 2;
  op.pad_top = op.pad_left = 1;
  std::mt19937 random(53);
  const Shape32 shape = {3, 5, 90, 91};
  expect_independence(model_of(op), shape, random_tensor(random, shape));
}

// ---- Adaptive pools ----

Array4 reference_adaptive(const Array4& x, const OpParts& op, double start,
                          const std::function<double(double, double)>& join, bool mean) {
  const auto first = [](uint32_t o, uint32_t n, uint32_t out) {
    return static_cast<uint32_t>(std::floor(static_cast<double>(o) * n / out));
  };
  const auto last = [](uint32_t o, uint32_t n, uint32_t out) {
    return static_cast<uint32_t>(std::ceil((static_cast<double>(o) + 1) * n / out));
  };
  return testing::generate({x.shape[0], x.shape[1], op.out_h, op.out_w}, [&](const Shape32& at) {
    double result = start;
    uint32_t count = 0;
    for (uint32_t y = first(at[2], x.shape[2], op.out_h); y < last(at[2], x.shape[2], op.out_h); ++y)
      for (uint32_t c = first(at[3], x.shape[3], op.out_w); c < last(at[3], x.shape[3], op.out_w); ++c, ++count)
        result = join(result, element(x, {at[0], at[1], y, c}));
    return mean ? result / count : result;
  });
}

// Outputs may be fewer or more than inputs.
void sweep_adaptive(fb::OpAttributes type, double start, const std::function<double(double, double)>& join) {
  std::mt19937 random(54);
  for (int i = 0; i < 300; ++i) {
    OpParts op;
    op.type = type;
    op.out_h = pick(random, 1, 9);
    op.out_w = pick(random, 1, 40);
    const Shape32 shape = {2, 3, pick(random, 1, 9), pick(random, 1, 40)};
    const Tensor x = random_tensor(random, shape);
    const OneOp run(model_of(op), {shape}, i % 7 == 0);
    expect_near(run({x}), reference_adaptive(array_of(shape, x), op, start, join,
                                             type == fb::OpAttributes_AdaptiveAveragePool2d));
    EXPECT_EQ(run.shape()[1], 3);
    EXPECT_EQ(run.shape()[2], op.out_h);
    EXPECT_EQ(run.shape()[3], op.out_w);
  }
}

class AdaptiveAveragePool2d : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(AdaptiveAveragePool2d);

TEST_P(AdaptiveAveragePool2d, AnySizes) {
  sweep_adaptive(fb::OpAttributes_AdaptiveAveragePool2d, 0.0, [](double a, double b) { return a + b; });
}

class AdaptiveMaxPool2d : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(AdaptiveMaxPool2d);

TEST_P(AdaptiveMaxPool2d, AnySizes) {
  sweep_adaptive(fb::OpAttributes_AdaptiveMaxPool2d, -std::numeric_limits<double>::infinity(),
                 [](double a, double b) { return std::max(a, b); });
}

TEST_P(AdaptiveMaxPool2d, NanWins) {
  ModelParts parts;
  parts.add(fb::OpAttributes_AdaptiveMaxPool2d);
  for (size_t at = 0; at < 4; ++at) {
    Tensor x = {1.0f, 2.0f, 3.0f, 4.0f};
    x[at] = std::nanf("");
    EXPECT_TRUE(std::isnan(OneOp(parts, {{1, 1, 2, 2}})({x})[0])) << at;
  }
}

class AdaptivePools : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(AdaptivePools);

TEST_P(AdaptivePools, DependOnNeitherThreadsNorBatch) {
  std::mt19937 random(55);
  for (const fb::OpAttributes type : {fb::OpAttributes_AdaptiveAveragePool2d, fb::OpAttributes_AdaptiveMaxPool2d}) {
    OpParts op;
    op.type = type;
    op.out_h = 4;
    op.out_w = 7;
    const Shape32 shape = {3, 9, 90, 91};
    expect_independence(model_of(op), shape, random_tensor(random, shape));
  }
}

// ---- Refusals ----

constexpr fb::OpAttributes kAverage = fb::OpAttributes_AveragePool2d;

const Refusal kRefusals[] = {
    {"Rank", one_op(kAverage, [](OpParts&) {}), {1, 2, 3}, DCM_GRAPH_SHAPE, "[B, 2, 3], expected 4 dimensions"},
    {"Kernel0",
     one_op(kAverage, [](OpParts& o) { o.kernel_w = 0; }),
     {1, 2, 3, 3},
     DCM_GRAPH_ATTRIBUTE,
     "its width is 0"},
    {"Stride0",
     one_op(kAverage, [](OpParts& o) { o.stride_h = 0; }),
     {1, 2, 3, 3},
     DCM_GRAPH_ATTRIBUTE,
     "stride of its height is 0"},
    {"PaddingBefore",
     one_op(kAverage, [](OpParts& o) { o.kernel_h = 3, o.pad_top = 2; }),
     {1, 2, 3, 3},
     DCM_GRAPH_ATTRIBUTE,
     "paddings of its height are 2 and 0, expected at most half its kernel of 3"},
    {"PaddingAfter",
     one_op(kAverage, [](OpParts& o) { o.pad_right = 1; }),
     {1, 2, 3, 3},
     DCM_GRAPH_ATTRIBUTE,
     "paddings of its width are 0 and 1"},
    {"Window",
     one_op(kAverage, [](OpParts& o) { o.kernel_h = 4; }),
     {1, 2, 3, 3},
     DCM_GRAPH_SHAPE,
     "a window that spans 4 does not fit a padded height of 3"},
    {"AdaptiveAverageRank",
     one_op(fb::OpAttributes_AdaptiveAveragePool2d, [](OpParts&) {}),
     {1, 2, 3},
     DCM_GRAPH_SHAPE,
     "expected 4 dimensions"},
    {"AdaptiveAverageHeight",
     one_op(fb::OpAttributes_AdaptiveAveragePool2d, [](OpParts& o) { o.out_h = 0; }),
     {1, 2, 3, 3},
     DCM_GRAPH_ATTRIBUTE,
     "its output is 0 by 1"},
    {"AdaptiveMaxWidth",
     one_op(fb::OpAttributes_AdaptiveMaxPool2d, [](OpParts& o) { o.out_w = 0; }),
     {1, 2, 3, 3},
     DCM_GRAPH_ATTRIBUTE,
     "its output is 1 by 0"},
    {"AdaptiveMaxRank",
     one_op(fb::OpAttributes_AdaptiveMaxPool2d, [](OpParts&) {}),
     {1, 2, 3, 3, 3},
     DCM_GRAPH_SHAPE,
     "expected 4 dimensions"},
    {"AdaptiveTooLarge",
     one_op(fb::OpAttributes_AdaptiveMaxPool2d, [](OpParts& o) { o.out_w = o.out_h = 65536; }),
     {1, 2, 3, 3},
     DCM_GRAPH_SHAPE,
     "2^31"},
};

class PoolRefusals : public ::testing::TestWithParam<Refusal> {};
INSTANTIATE_TEST_SUITE_P(Each, PoolRefusals, ::testing::ValuesIn(kRefusals),
                         [](const auto& tested) { return std::string(tested.param.name); });
TEST_P(PoolRefusals, WithCodeAndWords) {
  expect_refused(GetParam());
}

}  // namespace
}  // namespace dcm
