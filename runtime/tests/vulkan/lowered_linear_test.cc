#include "lowered_network.h"

namespace dcm {
namespace {

using testing::ModelParts;
using testing::OpParts;
using testing::pick;
using testing::Tensor;
namespace fb = testing::fb;

class LoweredLinear : public testing::OnEachVariant {};
DCM_ON_EACH_VARIANT(LoweredLinear);
INSTANTIATE_TEST_SUITE_P(Subgroups, LoweredLinear, ::testing::Values(uint32_t{vulkan::kSubgroupArithmetic}));

// Else the tests of a variant would test another one.
TEST_P(LoweredLinear, RunsTheVariantThatTheFeaturesAllow) {
  const vulkan::Shader* const shader = vulkan::find_shader("linear", features());
  ASSERT_NE(shader, nullptr);
  EXPECT_EQ(shader->needs, (features() & vulkan::kSubgroupArithmetic) != 0 ? features() : 0u);
}

constexpr WeightForm kForms[] = {WeightForm::kSparse, WeightForm::kDenseShared, WeightForm::kDense};

// A Linear, with a bias and an activation by chance.
ModelParts linear(std::mt19937& random, WeightForm form, uint32_t rows, uint32_t columns) {
  ModelParts parts;
  Tensor values;
  OpParts op;
  op.type = fb::OpAttributes_Linear;
  op.weight = testing::add_weight(&parts, form, random, {rows, columns}, &values);
  if (random() % 3 != 0) op.bias = parts.dense({rows}, testing::random_values(random, rows));
  op.activation = random() % 2 == 0 ? fb::Activation_None : fb::Activation_Relu;
  parts.ops.push_back(op);
  return parts;
}

TEST_P(LoweredLinear, OfEveryFormAndSize) {
  std::mt19937 random(1);
  for (const WeightForm form : kForms)
    for (int i = 0; i < 24; ++i) {
      const uint32_t rows = pick(random, 1, 90), columns = pick(random, 1, i % 4 == 0 ? 700 : 40);
      std::vector<uint32_t> shape = {pick(random, 1, i % 2 == 0 ? 1 : 7)};
      if (i % 5 == 0) shape.push_back(pick(random, 1, 3));
      shape.push_back(columns);
      SCOPED_TRACE(i);
      testing::expect_as_on_cpu(linear(random, form, rows, columns), {shape}, i % 3 == 0 && shape.size() > 1,
                                features(), random);
      if (HasFailure()) return;
    }
}

TEST_P(LoweredLinear, OfRowsWithNothing) {
  std::mt19937 random(2);
  ModelParts parts;
  std::vector<int> codes(6 * 50, testing::kPruned);
  codes[2 * 50 + 49] = 1;
  OpParts& op = parts.add(fb::OpAttributes_Linear);
  op.weight = parts.sparse({6, 50}, codes, testing::kCentroids);
  op.bias = parts.dense({6}, testing::random_values(random, 6));
  testing::expect_as_on_cpu(parts, {{3, 50}}, false, features(), random);
}

TEST_P(LoweredLinear, OfManyVectors) {
  std::mt19937 random(3);
  for (const WeightForm form : kForms)
    testing::expect_as_on_cpu(linear(random, form, 61, 129), {{2, 37, 129}}, false, features(), random);
}

TEST_P(LoweredLinear, OfRowsLongerThanASegment) {
  std::mt19937 random(4);
  for (const WeightForm form : kForms)
    testing::expect_as_on_cpu(linear(random, form, 3, 70001), {{2, 70001}}, false, features(), random);
}

TEST_P(LoweredLinear, OfWeightsThatAreHalves) {
  std::mt19937 random(5);
  ModelParts parts;
  std::vector<uint16_t> halves(7 * 33);
  for (uint16_t& half : halves) half = static_cast<uint16_t>(0x2C00 + random() % 0x1000 + (random() % 2 << 15));
  parts.add(fb::OpAttributes_Linear).weight = parts.dense_half({7, 33}, halves);
  testing::expect_as_on_cpu(parts, {{5, 33}}, false, features(), random);
}

}  // namespace
}  // namespace dcm
