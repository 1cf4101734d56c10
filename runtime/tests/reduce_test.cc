#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "forced_isa.h"
#include "one_op.h"

namespace dcm {
namespace {

using testing::Array4;
using testing::array_of;
using testing::ModelParts;
using testing::OneOp;
using testing::OpParts;
using testing::pick;
using testing::Tensor;
namespace fb = testing::fb;

// Each element of x goes to the element of the output at its index without the axes.
Array4 reference_reduce(const Array4& x, const OpParts& op) {
  const auto goes = [&](uint32_t axis) { return std::count(op.axes.begin(), op.axes.end(), axis) > 0; };
  Array4 y;
  size_t outputs = 1;
  for (uint32_t axis = 0; axis < x.shape.size(); ++axis) {
    if (!goes(axis)) outputs *= x.shape[axis];
    if (!goes(axis) || op.keep_axes) y.shape.push_back(goes(axis) ? 1 : x.shape[axis]);
  }
  std::vector<std::vector<double>> of(outputs);
  testing::generate(x.shape, [&](const std::vector<uint32_t>& index) {
    size_t at = 0;
    for (uint32_t axis = 0; axis < x.shape.size(); ++axis)
      if (!goes(axis)) at = at * x.shape[axis] + index[axis];
    of[at].push_back(testing::element(x, index));
    return 0.0;
  });
  for (const std::vector<double>& all : of) {
    double sum = 0;
    for (const double value : all) sum += value;
    switch (op.reduction) {
      case fb::Reduction_Mean:
        y.values.push_back(sum / static_cast<double>(all.size()));
        break;
      case fb::Reduction_Sum:
        y.values.push_back(sum);
        break;
      case fb::Reduction_Max:
        y.values.push_back(*std::max_element(all.begin(), all.end()));
        break;
      case fb::Reduction_Min:
        y.values.push_back(*std::min_element(all.begin(), all.end()));
        break;
    }
  }
  return y;
}

class Reduce : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(Reduce);

TEST_P(Reduce, RandomAxes) {
  std::mt19937 random(51);
  for (int i = 0; i < 400; ++i) {
    const bool fixed = i % 2 == 0;
    std::vector<uint32_t> shape(pick(random, 1, 6));
    for (uint32_t& size : shape) size = pick(random, 1, 6);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_Reduce);
    op.reduction = static_cast<fb::Reduction>(i / 2 % 4);
    op.keep_axes = random() % 2 == 0;
    for (uint32_t axis = fixed ? 0 : 1; axis < shape.size(); ++axis)
      if (random() % 2 == 0) op.axes.push_back(axis);
    const bool nothing_left = op.axes.size() == shape.size() && !op.keep_axes;
    const OneOp run(parts, {shape}, fixed);
    if (nothing_left) {
      EXPECT_EQ(run.code(), DCM_GRAPH_SHAPE);
      continue;
    }
    const Tensor x = testing::random_tensor(random, shape);
    const Array4 expected = reference_reduce(array_of(shape, x), op);
    std::vector<int64_t> out(expected.shape.begin(), expected.shape.end());
    if (!fixed) out[0] = -1;
    ASSERT_EQ(run.shape(), out);
    testing::expect_near(run({x}), expected, 1e-6);
    ASSERT_EQ(run({x}), run({x}, 3));
  }
}

TEST_P(Reduce, LargeSumsKeepTheirDigits) {
  ModelParts parts;
  OpParts& op = parts.add(fb::OpAttributes_Reduce);
  op.axes = {1};
  const uint32_t count = 3000000;
  Tensor x(count, 0.1f);
  EXPECT_FLOAT_EQ(OneOp(parts, {{1, count}})({x})[0], 0.1f);
  op.reduction = fb::Reduction_Sum;
  EXPECT_NEAR(OneOp(parts, {{1, count}})({x})[0], 300000.0, 0.1);
}

TEST_P(Reduce, OfAllBelowZero) {
  ModelParts parts;
  OpParts& op = parts.add(fb::OpAttributes_Reduce);
  op.axes = {1, 2};
  op.reduction = fb::Reduction_Max;
  EXPECT_EQ(OneOp(parts, {{1, 2, 3}})({{-3, -2, -INFINITY, -5, -4, -9}}), Tensor{-2});
  op.reduction = fb::Reduction_Min;
  EXPECT_EQ(OneOp(parts, {{1, 2, 3}})({{3, 2, INFINITY, 5, 4, 9}}), Tensor{2});
}

}  // namespace
}  // namespace dcm
