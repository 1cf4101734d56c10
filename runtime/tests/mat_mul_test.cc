#include <gtest/gtest.h>

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
using Index = std::vector<uint32_t>;

// The index of an operand's matrix for that of the output's, the last two axes replaced.
Index operand_index(const Array4& operand, const Index& output, uint32_t row, uint32_t column) {
  const size_t missing = output.size() - operand.shape.size();
  Index index(output.begin() + static_cast<ptrdiff_t>(missing), output.end());
  for (size_t axis = 0; axis + 2 < index.size(); ++axis)
    if (operand.shape[axis] == 1) index[axis] = 0;
  index[index.size() - 2] = row;
  index[index.size() - 1] = column;
  return index;
}

Array4 reference_mat_mul(const Array4& a, const Array4& b) {
  const size_t rank = std::max(a.shape.size(), b.shape.size());
  const uint32_t inner = a.shape.back();
  Index shape(rank, 1);
  for (const Array4* operand : {&a, &b})
    for (size_t axis = 0; axis + 2 < operand->shape.size(); ++axis) {
      uint32_t& size = shape[rank - operand->shape.size() + axis];
      size = std::max(size, operand->shape[axis]);
    }
  shape[rank - 2] = a.shape[a.shape.size() - 2];
  shape[rank - 1] = b.shape.back();
  return testing::generate(shape, [&](const Index& index) {
    double sum = 0;
    for (uint32_t k = 0; k < inner; ++k)
      sum += testing::element(a, operand_index(a, index, index[rank - 2], k)) *
             testing::element(b, operand_index(b, index, k, index[rank - 1]));
    return sum;
  });
}

class MatMul : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(MatMul);

TEST_P(MatMul, RandomShapesAndBroadcasts) {
  std::mt19937 random(61);
  for (int i = 0; i < 120; ++i) {
    // Axes before the matrices: equal, one of them 1, or missing on one side.
    Index a, b;
    for (uint32_t axis = pick(random, 0, 3); axis > 0; --axis) {
      const uint32_t size = pick(random, 1, 4), which = random() % 4;
      if (which != 0 || !a.empty()) a.push_back(which == 1 ? 1 : size);
      if (which != 3 || !b.empty()) b.push_back(which == 2 ? 1 : size);
    }
    const uint32_t m = pick(random, 1, 20), k = pick(random, 1, 20), n = i % 10 == 0 ? 300 : pick(random, 1, 20);
    a.insert(a.end(), {m, k});
    b.insert(b.end(), {k, n});
    ModelParts parts;
    parts.add(fb::OpAttributes_MatMul);
    const Tensor x = testing::random_tensor(random, a), y = testing::random_tensor(random, b);
    const Array4 expected = reference_mat_mul(array_of(a, x), array_of(b, y));
    const OneOp run(parts, {a, b}, testing::kFixed);
    ASSERT_EQ(run.code(), DCM_OK) << run.text();
    ASSERT_EQ(run.shape(), std::vector<int64_t>(expected.shape.begin(), expected.shape.end()));
    EXPECT_EQ(run.macs(), expected.values.size() * k);
    testing::expect_near(run({x, y}), expected);
  }
}

TEST_P(MatMul, BatchesOnBothSidesOrOne) {
  std::mt19937 random(62);
  const Index a = {5, 3, 4, 6}, b = {5, 3, 6, 2};
  const Tensor x = testing::random_tensor(random, a), y = testing::random_tensor(random, b);
  ModelParts both;
  both.add(fb::OpAttributes_MatMul);
  testing::expect_near(OneOp(both, {a, b})({x, y}), reference_mat_mul(array_of(a, x), array_of(b, y)));

  for (const Index& shape : {Index{6, 2}, Index{3, 6, 2}, Index{1, 3, 6, 2}, Index{1, 1, 6, 2}}) {
    const Tensor values = testing::random_tensor(random, shape);
    ModelParts parts;
    const uint32_t constant = testing::add_constant(&parts, 1, shape, values);
    parts.add(fb::OpAttributes_MatMul).inputs = {{0, constant}};
    const OneOp run(parts, {a});
    EXPECT_EQ(run.shape(), (std::vector<int64_t>{-1, 3, 4, 2}));
    testing::expect_near(run({x}), reference_mat_mul(array_of(a, x), array_of(shape, values)));
  }
  const Index left = {3, 7, 4};  // a constant as the first operand
  const Tensor values = testing::random_tensor(random, left);
  ModelParts parts;
  const uint32_t constant = testing::add_constant(&parts, 1, left, values);
  parts.add(fb::OpAttributes_MatMul).inputs = {{constant, 0}};
  testing::expect_near(OneOp(parts, {a})({x}), reference_mat_mul(array_of(left, values), array_of(a, x)));
}

TEST_P(MatMul, DependsOnNeitherThreadsNorBatch) {
  std::mt19937 random(63);
  ModelParts parts;
  parts.add(fb::OpAttributes_MatMul);
  const Index a = {4, 33, 50}, b = {4, 50, 270};
  const Tensor x = testing::random_tensor(random, a), y = testing::random_tensor(random, b);
  const Tensor expected = OneOp(parts, {a, b})({x, y});
  testing::expect_near(expected, reference_mat_mul(array_of(a, x), array_of(b, y)));
  for (const uint32_t threads : {2u, 3u, 7u}) EXPECT_EQ(OneOp(parts, {a, b})({x, y}, threads), expected) << threads;
  for (ptrdiff_t n = 0; n < 4; ++n) {
    const Tensor one(x.begin() + n * 33 * 50, x.begin() + (n + 1) * 33 * 50);
    const Tensor other(y.begin() + n * 50 * 270, y.begin() + (n + 1) * 50 * 270);
    EXPECT_EQ(OneOp(parts, {{1, 33, 50}, {1, 50, 270}})({one, other}),
              Tensor(expected.begin() + n * 33 * 270, expected.begin() + (n + 1) * 33 * 270));
  }
}

}  // namespace
}  // namespace dcm
