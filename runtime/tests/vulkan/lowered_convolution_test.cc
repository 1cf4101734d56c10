#include "lowered_network.h"

namespace dcm {
namespace {

using testing::ModelParts;
using testing::OpParts;
using testing::pick;
using testing::Tensor;
namespace fb = testing::fb;

using Shape32 = std::vector<uint32_t>;

class LoweredConvolution : public testing::OnEachVariant {};
DCM_ON_EACH_VARIANT(LoweredConvolution);

TEST_P(LoweredConvolution, RunsTheVariantThatTheFeaturesAllow) {
  for (const char* name : {"sparse_convolution", "direct_convolution"})
    EXPECT_EQ(vulkan::find_shader(name, features())->needs, features() & vulkan::kNarrowStorage) << name;
}

constexpr WeightForm kForms[] = {WeightForm::kSparse, WeightForm::kDenseShared, WeightForm::kDense};

struct Case {
  fb::OpAttributes type = fb::OpAttributes_Conv2d;
  WeightForm form = WeightForm::kSparse;
  OpParts op;
  Shape32 input, weight;

  void expect(std::mt19937& random, uint32_t features, bool fixed = false) {
    ModelParts parts;
    Tensor values;
    op.type = type;
    op.weight = testing::add_weight(&parts, form, random, weight, &values);
    const uint32_t outputs = type == fb::OpAttributes_ConvTranspose2d ? weight[1] * op.groups : weight[0];
    if (random() % 3 != 0) op.bias = parts.dense({outputs}, testing::random_values(random, outputs));
    op.activation = random() % 2 == 0 ? fb::Activation_None : fb::Activation_Relu;
    parts.ops = {op};
    testing::expect_as_on_cpu(parts, {input}, fixed, features, random);
  }
};

TEST_P(LoweredConvolution, OfTwoDimensions) {
  std::mt19937 random(11);
  for (const WeightForm form : kForms)
    for (int i = 0; i < 60; ++i) {
      SCOPED_TRACE(i);
      Case each;
      each.form = form;
      OpParts& op = each.op;
      op.groups = pick(random, 1, 3);
      const uint32_t channels = pick(random, 1, 5), outputs = pick(random, 1, i % 3 == 0 ? 40 : 6);
      const uint32_t kernel = pick(random, 1, 5), kernel_w = i % 4 == 0 ? pick(random, 1, 4) : kernel;
      each.weight = {outputs * op.groups, channels, kernel, kernel_w};
      op.stride_h = pick(random, 1, 3);
      op.stride_w = pick(random, 1, 3);
      op.dilation_h = pick(random, 1, 3);
      op.dilation_w = pick(random, 1, 3);
      if (i % 3 != 1) {
        op.pad_top = pick(random, 0, 5);
        op.pad_left = pick(random, 0, 5);
        op.pad_bottom = pick(random, 0, 5);
        op.pad_right = pick(random, 0, 5);
      }
      each.input = {pick(random, 1, 3), channels * op.groups, op.dilation_h * (kernel - 1) + pick(random, 1, 9),
                    op.dilation_w * (kernel_w - 1) + pick(random, 1, 9)};
      each.expect(random, features(), i % 4 == 0);
      if (HasFailure()) return;
    }
}

TEST_P(LoweredConvolution, Depthwise) {
  std::mt19937 random(12);
  for (const WeightForm form : kForms)
    for (const uint32_t multiplier : {1u, 2u})
      for (const uint32_t stride : {1u, 2u}) {
        Case each;
        each.form = form;
        each.weight = {9 * multiplier, 1, 3, 3};
        each.input = {2, 9, 13, 17};
        each.op.groups = 9;
        each.op.stride_h = each.op.stride_w = stride;
        each.op.pad_top = each.op.pad_left = each.op.pad_right = each.op.pad_bottom = 1;
        each.expect(random, features());
      }
}

TEST_P(LoweredConvolution, OfLargePlanes) {  // several pixels an invocation, several rows a workgroup
  std::mt19937 random(13);
  for (const WeightForm form : kForms) {
    Case each;
    each.form = form;
    each.weight = {70, 12, 3, 3};
    each.input = {2, 12, 45, 47};
    each.op.pad_top = each.op.pad_left = each.op.pad_right = each.op.pad_bottom = 1;
    each.expect(random, features());
    each.op.pad_top = each.op.pad_left = each.op.pad_right = each.op.pad_bottom = 0;
    each.expect(random, features());
  }
}

TEST_P(LoweredConvolution, Pointwise) {
  std::mt19937 random(14);
  for (const WeightForm form : kForms) {
    Case each;
    each.form = form;
    each.weight = {33, 65, 1, 1};
    each.input = {3, 65, 7, 7};
    each.expect(random, features());
  }
}

TEST_P(LoweredConvolution, OfRowsWithNothing) {
  std::mt19937 random(15);
  ModelParts parts;
  std::vector<int> codes(40 * 3 * 9, testing::kPruned);
  for (int i = 10 * 27; i < 17 * 27; ++i) codes[static_cast<size_t>(i)] = i % 6;
  OpParts& op = parts.add(fb::OpAttributes_Conv2d);
  op.weight = parts.sparse({40, 3, 3, 3}, codes, testing::kCentroids);
  op.bias = parts.dense({40}, testing::random_values(random, 40));
  testing::expect_as_on_cpu(parts, {{1, 3, 40, 50}}, false, features(), random);
}

TEST_P(LoweredConvolution, OfRowsLongerThanASegment) {
  std::mt19937 random(18);
  Case each;
  each.weight = {2, 65600, 1, 1};
  each.input = {1, 65600, 2, 3};
  each.expect(random, features());
  each.type = fb::OpAttributes_ConvTranspose2d;
  each.weight = {65600, 2, 1, 1};
  each.expect(random, features());
}

TEST_P(LoweredConvolution, OfOneDimension) {
  std::mt19937 random(16);
  for (const WeightForm form : kForms)
    for (int i = 0; i < 12; ++i) {
      Case each;
      each.type = fb::OpAttributes_Conv1d;
      each.form = form;
      each.op.groups = pick(random, 1, 2);
      const uint32_t channels = pick(random, 1, 4), kernel = pick(random, 1, 5);
      each.weight = {pick(random, 1, 12) * each.op.groups, channels, kernel};
      each.op.stride_w = pick(random, 1, 3);
      each.op.dilation_w = pick(random, 1, 2);
      each.op.pad_left = pick(random, 0, 3);
      each.op.pad_right = pick(random, 0, 3);
      each.input = {pick(random, 1, 3), channels * each.op.groups, 9 + pick(random, 0, 30)};
      each.expect(random, features(), i % 3 == 0);
    }
}

TEST_P(LoweredConvolution, Transposed) {
  std::mt19937 random(17);
  for (const WeightForm form : kForms)
    for (int i = 0; i < 30; ++i) {
      SCOPED_TRACE(i);
      Case each;
      each.type = fb::OpAttributes_ConvTranspose2d;
      each.form = form;
      OpParts& op = each.op;
      op.groups = pick(random, 1, 3);
      const uint32_t channels = pick(random, 1, 5), outputs = pick(random, 1, 6);
      each.weight = {channels * op.groups, outputs, pick(random, 2, 4), pick(random, 2, 4)};
      op.stride_h = pick(random, 1, 3);
      op.stride_w = pick(random, 1, 3);
      op.dilation_h = pick(random, 1, 2);
      op.dilation_w = pick(random, 1, 2);
      op.pad_top = pick(random, 0, 1);
      op.pad_left = pick(random, 0, 1);
      op.pad_bottom = pick(random, 0, 1);
      op.pad_right = pick(random, 0, 1);
      each.input = {pick(random, 1, 3), channels * op.groups, pick(random, 2, 8), pick(random, 2, 8)};
      each.expect(random, features(), i % 4 == 0);
      if (HasFailure()) return;
    }
}

}  // namespace
}  // namespace dcm
