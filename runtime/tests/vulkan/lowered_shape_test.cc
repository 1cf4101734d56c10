// Operators that pair elements, put them elsewhere or leave axes out.
#include <algorithm>

#include "lowered_network.h"

namespace dcm {
namespace {

using testing::ModelParts;
using testing::OpParts;
using testing::pick;
using testing::Tensor;
namespace fb = testing::fb;

using Shape32 = std::vector<uint32_t>;

// Of a rank up to 8, small as that grows.
Shape32 random_shape(std::mt19937& random, uint32_t least_rank) {
  Shape32 shape(pick(random, least_rank, 8));
  for (uint32_t& size : shape) size = pick(random, 1, shape.size() > 5 ? 3 : 7);
  return shape;
}

class LoweredBinary : public testing::OnEachVariant {};
DCM_ON_EACH_VARIANT(LoweredBinary);

constexpr fb::OpAttributes kFunctions[] = {
    fb::OpAttributes_Add,     fb::OpAttributes_Subtract, fb::OpAttributes_Multiply, fb::OpAttributes_Divide,
    fb::OpAttributes_Minimum, fb::OpAttributes_Maximum,  fb::OpAttributes_Power};

TEST_P(LoweredBinary, OfShapesThatBroadcast) {
  std::mt19937 random(41);
  for (int i = 0; i < 140; ++i) {
    SCOPED_TRACE(i);
    ModelParts parts;
    OpParts& op = parts.add(kFunctions[i % 7]);
    if (random() % 3 == 0) op.activation = fb::Activation_Relu;
    Shape32 a = random_shape(random, 1), b = a;
    for (size_t axis = 0; axis < a.size(); ++axis)
      if (random() % 3 == 0) (random() % 2 == 0 ? a : b)[axis] = 1;
    Shape32& shorter = random() % 2 == 0 ? a : b;
    while (shorter.size() > 1 && random() % 3 == 0) shorter.erase(shorter.begin());
    Tensor p = testing::random_tensor(random, a), q = testing::random_tensor(random, b);
    if (op.type == fb::OpAttributes_Divide)
      for (float& value : q) value = value < 0 ? value - 0.25f : value + 0.25f;
    if (op.type == fb::OpAttributes_Power)
      for (float& value : p) value = value < 0 ? 0.1f - value : value + 0.1f;
    testing::expect_as_on_cpu(parts, {a, b}, true, features(), std::vector<Tensor>{p, q}, 1e-5);
    if (HasFailure()) return;
  }
}

TEST_P(LoweredBinary, InABatch) {
  std::mt19937 random(42);
  for (const Shape32& b : {Shape32{3, 5, 1, 1}, Shape32{3, 1, 6, 7}, Shape32{3, 5, 6, 7}}) {
    ModelParts parts;
    parts.add(fb::OpAttributes_Subtract);
    testing::expect_as_on_cpu(parts, {{3, 5, 6, 7}, b}, false, features(), random);
  }
  ModelParts parts;
  const uint32_t constant = testing::add_constant(&parts, 1, {5, 1, 7}, testing::random_values(random, 35));
  OpParts& op = parts.add(fb::OpAttributes_Subtract);
  op.inputs = std::vector<uint32_t>{constant, 0};
  testing::expect_as_on_cpu(parts, {{3, 5, 6, 7}}, false, features(), random);
}

TEST_P(LoweredBinary, WithEveryActivation) {
  std::mt19937 random(49);
  for (int activation = 0; activation <= fb::Activation_MAX; ++activation) {
    SCOPED_TRACE(activation);
    ModelParts parts;
    parts.add(fb::OpAttributes_Add).activation = static_cast<fb::Activation>(activation);
    Tensor x = testing::random_tensor(random, {1, 500});
    for (float& value : x) value *= 8.0f;
    testing::expect_as_on_cpu(parts, {{1, 500}, {1, 1}}, false, features(), std::vector<Tensor>{x, {0.25f}}, 2e-6);
  }
}

TEST_P(LoweredBinary, PowersOfNegativeNumbers) {
  ModelParts parts;
  parts.add(fb::OpAttributes_Power);
  testing::expect_as_on_cpu(
      parts, {{1, 6}, {1, 6}}, false, features(),
      std::vector<Tensor>{{-2.0f, -2.0f, -0.5f, 0.0f, 0.0f, -3.0f}, {3.0f, 2.0f, -1.0f, 2.0f, 0.0f, 0.0f}}, 1e-5);
}

class LoweredCopies : public testing::OnEachVariant {};
DCM_ON_EACH_VARIANT(LoweredCopies);

constexpr double kExact = 0.0;

TEST_P(LoweredCopies, Slice) {
  std::mt19937 random(43);
  for (int i = 0; i < 60; ++i) {
    const bool fixed = i % 2 == 0;
    const Shape32 shape = random_shape(random, fixed ? 1 : 2);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_Slice);
    op.axis = pick(random, fixed ? 0 : 1, static_cast<uint32_t>(shape.size()) - 1);
    op.start = pick(random, 0, shape[op.axis] - 1);
    op.end = pick(random, op.start + 1, shape[op.axis]);
    op.step = pick(random, 1, 3);
    testing::expect_as_on_cpu(parts, {shape}, fixed, features(), random, kExact);
  }
}

TEST_P(LoweredCopies, Transpose) {
  std::mt19937 random(44);
  for (int i = 0; i < 60; ++i) {
    const bool fixed = i % 2 == 0;
    const Shape32 shape = random_shape(random, fixed ? 1 : 2);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_Transpose);
    for (uint32_t axis = 0; axis < shape.size(); ++axis) op.permutation.push_back(axis);
    std::shuffle(op.permutation.begin() + (fixed ? 0 : 1), op.permutation.end(), random);
    testing::expect_as_on_cpu(parts, {shape}, fixed, features(), random, kExact);
  }
}

TEST_P(LoweredCopies, Expand) {
  std::mt19937 random(45);
  for (int i = 0; i < 60; ++i) {
    const bool fixed = i % 2 == 0;
    Shape32 shape = random_shape(random, fixed ? 1 : 2);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_Expand);
    for (uint32_t axis = fixed ? 0 : 1; axis < shape.size(); ++axis) {
      op.shape.push_back(shape[axis]);
      if (random() % 2 == 0) shape[axis] = 1;
    }
    testing::expect_as_on_cpu(parts, {shape}, fixed, features(), random, kExact);
  }
}

TEST_P(LoweredCopies, Concat) {
  std::mt19937 random(46);
  for (int i = 0; i < 60; ++i) {
    const bool fixed = i % 2 == 0;
    const Shape32 shape = random_shape(random, fixed ? 1 : 2);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_Concat);
    op.axis = pick(random, fixed ? 0 : 1, static_cast<uint32_t>(shape.size()) - 1);
    std::vector<Shape32> shapes(pick(random, 1, 5), shape);
    for (Shape32& each : shapes) each[op.axis] = pick(random, 1, 5);
    testing::expect_as_on_cpu(parts, shapes, fixed, features(), random, kExact);
  }
}

TEST_P(LoweredCopies, Pad) {
  std::mt19937 random(47);
  for (int i = 0; i < 90; ++i) {
    SCOPED_TRACE(i);
    const bool fixed = i % 2 == 0;
    const Shape32 shape = random_shape(random, fixed ? 1 : 2);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_Pad);
    op.mode = static_cast<fb::Padding>(i % 3);
    op.value = -1.5f;
    for (uint32_t axis = 0; axis < shape.size(); ++axis) {
      const uint32_t most = axis == 0 && !fixed              ? 0
                            : op.mode == fb::Padding_Reflect ? std::min(shape[axis] - 1, 2u)
                                                             : 2;
      op.before.push_back(pick(random, 0, most));
      op.after.push_back(pick(random, 0, most));
    }
    testing::expect_as_on_cpu(parts, {shape}, fixed, features(), random, kExact);
    if (HasFailure()) return;
  }
}

class LoweredReduce : public testing::OnEachVariant {};
DCM_ON_EACH_VARIANT(LoweredReduce);

TEST_P(LoweredReduce, OverAnyAxes) {
  std::mt19937 random(48);
  for (int i = 0; i < 100; ++i) {
    SCOPED_TRACE(i);
    const bool fixed = i % 2 == 0;
    Shape32 shape = random_shape(random, fixed ? 1 : 2);
    if (i % 10 == 0) shape = {2, 3, 25, 31};
    if (i % 10 == 1) shape = {2, 5, 700};
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_Reduce);
    op.reduction = static_cast<fb::Reduction>(i / 2 % 4);
    op.keep_axes = true;
    for (uint32_t axis = fixed ? 0 : 1; axis < shape.size(); ++axis)
      if (random() % 2 == 0) op.axes.push_back(axis);
    if (op.axes.size() < shape.size()) op.keep_axes = random() % 2 == 0;
    testing::expect_as_on_cpu(parts, {shape}, fixed, features(), random, 1e-5);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace dcm
