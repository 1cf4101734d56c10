// MatMul, Attention, Softmax and the normalisations.
#include <cmath>

#include "lowered_network.h"

namespace dcm {
namespace {

using testing::ModelParts;
using testing::OpParts;
using testing::pick;
using testing::Tensor;
namespace fb = testing::fb;

using Shape32 = std::vector<uint32_t>;

Shape32 random_shape(std::mt19937& random, uint32_t least_rank, uint32_t most_rank, uint32_t most_size) {
  Shape32 shape(pick(random, least_rank, most_rank));
  for (uint32_t& size : shape) size = pick(random, 1, most_size);
  return shape;
}

class LoweredMatMul : public testing::OnEachVariant {};
DCM_ON_EACH_VARIANT(LoweredMatMul);

TEST_P(LoweredMatMul, OfAnyShapesThatBroadcast) {
  std::mt19937 random(21);
  for (int i = 0; i < 60; ++i) {
    SCOPED_TRACE(i);
    ModelParts parts;
    parts.add(fb::OpAttributes_MatMul);
    Shape32 a = random_shape(random, 2, i % 4 == 0 ? 8 : 5, i % 4 == 0 ? 2 : 4), b = a;
    for (size_t axis = 0; axis + 2 < a.size(); ++axis)
      if (random() % 3 == 0) (random() % 2 == 0 ? a : b)[axis] = 1;
    a[a.size() - 2] = pick(random, 1, 40);
    b[b.size() - 2] = a.back() = pick(random, 1, 40);
    b.back() = pick(random, 1, 40);
    while (b.size() > 2 && random() % 4 == 0) b.erase(b.begin());
    testing::expect_as_on_cpu(parts, {a, b}, true, features(), random);
    if (HasFailure()) return;
  }
}

TEST_P(LoweredMatMul, InABatch) {
  std::mt19937 random(22);
  ModelParts parts;
  parts.add(fb::OpAttributes_MatMul);
  testing::expect_as_on_cpu(parts, {{3, 2, 65, 33}, {3, 2, 33, 34}}, false, features(), random);
  ModelParts repeated;
  const uint32_t constant = testing::add_constant(&repeated, 1, {2, 33, 5}, testing::random_values(random, 330));
  OpParts& op = repeated.add(fb::OpAttributes_MatMul);
  op.inputs = std::vector<uint32_t>{0, constant};
  testing::expect_as_on_cpu(repeated, {{3, 2, 4, 33}}, false, features(), random);
}

class LoweredAttention : public testing::OnEachVariant {};
DCM_ON_EACH_VARIANT(LoweredAttention);

TEST_P(LoweredAttention, WithAndWithoutMasks) {
  std::mt19937 random(23);
  for (int i = 0; i < 24; ++i) {
    SCOPED_TRACE(i);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_Attention);
    op.scale = 0.5f;
    op.causal = i % 3 == 0;
    Shape32 q = random_shape(random, 3, 5, 3);
    const size_t rank = q.size();
    q[rank - 2] = pick(random, 1, 37);
    q[rank - 1] = pick(random, 1, 17);
    Shape32 k = q, v = q;
    k[rank - 2] = v[rank - 2] = pick(random, 1, 70);
    v[rank - 1] = pick(random, 1, 17);
    std::vector<Shape32> shapes = {q, k, v};
    if (i % 2 == 0) {
      Shape32 mask = q;
      mask[rank - 1] = k[rank - 2];
      for (size_t axis = 1; axis + 1 < rank; ++axis)
        if (random() % 2 == 0) mask[axis] = 1;
      shapes.push_back(mask);
    }
    testing::expect_as_on_cpu(parts, shapes, i % 4 == 1, features(), random);
    if (HasFailure()) return;
  }
}

TEST_P(LoweredAttention, AQueryThatSeesNoKeyGivesZero) {
  std::mt19937 random(24);
  ModelParts parts;
  parts.add(fb::OpAttributes_Attention).scale = 1.0f;
  std::vector<Tensor> inputs = {testing::random_values(random, 12), testing::random_values(random, 20),
                                testing::random_values(random, 10), Tensor(15, 0.0f)};
  for (size_t i = 5; i < 10; ++i) inputs[3][i] = -INFINITY;
  inputs[3][0] = -INFINITY;
  testing::expect_as_on_cpu(parts, {{1, 3, 4}, {1, 5, 4}, {1, 5, 2}, {1, 3, 5}}, false, features(), inputs);
}

class LoweredSoftmax : public testing::OnEachVariant {};
DCM_ON_EACH_VARIANT(LoweredSoftmax);

TEST_P(LoweredSoftmax, AlongEveryAxis) {
  std::mt19937 random(25);
  for (int i = 0; i < 40; ++i) {
    const bool fixed = i % 2 == 0;
    Shape32 shape = random_shape(random, fixed ? 1 : 2, 5, 7);
    if (i % 5 == 0) shape.back() = pick(random, 100, 1500);
    const uint32_t rank = static_cast<uint32_t>(shape.size());
    ModelParts parts;
    parts.add(fb::OpAttributes_Softmax).axis = pick(random, fixed ? 0 : 1, rank - 1);
    Tensor x = testing::random_tensor(random, shape);
    for (float& value : x) value *= 30.0f;
    testing::expect_as_on_cpu(parts, {shape}, fixed, features(), std::vector<Tensor>{x}, 1e-5);
  }
}

class LoweredNorms : public testing::OnEachVariant {};
DCM_ON_EACH_VARIANT(LoweredNorms);

TEST_P(LoweredNorms, LayerNorm) {
  std::mt19937 random(26);
  for (int i = 0; i < 40; ++i) {
    SCOPED_TRACE(i);
    Shape32 shape = random_shape(random, 2, 5, 7);
    if (i % 4 == 0) shape.back() = pick(random, 60, 900);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_LayerNorm);
    op.weight = 0xFFFFFFFF;
    op.epsilon = 1e-5f;
    op.last_axes = pick(random, 1, static_cast<uint32_t>(shape.size()) - 1);
    const Shape32 last(shape.end() - op.last_axes, shape.end());
    const size_t size = testing::elements_of(last);
    if (random() % 3 != 0) op.weight = parts.dense(last, testing::random_values(random, size));
    if (random() % 3 != 0) op.bias = parts.dense(last, testing::random_values(random, size));
    testing::expect_as_on_cpu(parts, {shape}, i % 3 == 0, features(), random);
    if (HasFailure()) return;
  }
}

TEST_P(LoweredNorms, LayerNormOfElementsFarFromZero) {
  std::mt19937 random(27);
  ModelParts parts;
  OpParts& op = parts.add(fb::OpAttributes_LayerNorm);
  op.weight = 0xFFFFFFFF;
  op.epsilon = 1e-5f;
  Tensor x = testing::random_tensor(random, {2, 5000});
  for (float& value : x) value += 4096.0f;
  testing::expect_as_on_cpu(parts, {{2, 5000}}, false, features(), std::vector<Tensor>{x}, 1e-5);
}

TEST_P(LoweredNorms, GroupNorm) {
  std::mt19937 random(28);
  for (int i = 0; i < 40; ++i) {
    SCOPED_TRACE(i);
    Shape32 shape = random_shape(random, 2, 5, 6);
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_GroupNorm);
    op.weight = 0xFFFFFFFF;
    op.groups = pick(random, 1, 4);
    shape[1] = op.groups * pick(random, 1, 4);
    op.epsilon = 0.25f;
    if (random() % 3 != 0) op.weight = parts.dense({shape[1]}, testing::random_values(random, shape[1]));
    if (random() % 3 != 0) op.bias = parts.dense({shape[1]}, testing::random_values(random, shape[1]));
    testing::expect_as_on_cpu(parts, {shape}, i % 3 == 0, features(), random);
    if (HasFailure()) return;
  }
}

TEST_P(LoweredNorms, LocalResponseNorm) {
  std::mt19937 random(29);
  for (int i = 0; i < 40; ++i) {
    ModelParts parts;
    OpParts& op = parts.add(fb::OpAttributes_LocalResponseNorm);
    op.size = i % 10 == 0 ? 0xFFFFFFFF : pick(random, 1, 9);
    op.alpha = 0.5f;
    op.beta = i % 2 == 0 ? 0.75f : 0.6f;
    op.k = i % 3 == 0 ? 2.0f : 1.0f;
    testing::expect_as_on_cpu(parts, {random_shape(random, 2, 5, 8)}, i % 5 == 0, features(), random);
  }
}

TEST_P(LoweredNorms, FunctionsOfAChannel) {
  std::mt19937 random(30);
  for (int i = 0; i < 40; ++i) {
    SCOPED_TRACE(i);
    const Shape32 shape = random_shape(random, 2, 5, 9);
    ModelParts parts;
    OpParts& op = parts.add(i % 2 == 0 ? fb::OpAttributes_ChannelAffine : fb::OpAttributes_Prelu);
    const uint32_t count = i % 2 == 1 && random() % 2 == 0 ? 1 : shape[1];
    op.weight = parts.dense({count}, testing::random_values(random, count));
    if (i % 2 == 0) op.bias = parts.dense({count}, testing::random_values(random, count));
    if (i % 2 == 0 && random() % 2 == 0) op.activation = fb::Activation_Relu;
    testing::expect_as_on_cpu(parts, {shape}, i % 3 == 0, features(), random);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace dcm
