// Every kernel of the table against the reference operators, over random attributes and shapes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <string>
#include <tuple>

#include "forced_isa.h"
#include "kernels/kernel_table.h"
#include "one_op.h"
#include "ops/op_rule.h"

namespace dcm {
namespace {

using testing::add_weight;
using testing::Array4;
using testing::array_of;
using testing::expect_near;
using testing::kCentroids;
using testing::ModelParts;
using testing::OneOp;
using testing::Opened;
using testing::OpParts;
using testing::pick;
using testing::Tensor;
namespace fb = testing::fb;

// Every form of the weight on every instruction set that this machine has.
class WeightForms : public ::testing::TestWithParam<std::tuple<WeightForm, Isa>> {
 protected:
  static WeightForm form() { return std::get<0>(GetParam()); }

 private:
  testing::ForcedIsa forced_{std::get<1>(GetParam())};
};

TEST_P(WeightForms, Linear) {
  std::mt19937 random(21);
  for (int i = 0; i < 60; ++i) {
    const uint32_t outputs = pick(random, 1, 20) * (i % 4 == 3 ? 30 : 1), inputs = pick(random, 1, 40);
    ModelParts parts;
    OpParts op;
    op.type = fb::OpAttributes_Linear;
    Tensor weight, bias;
    op.weight = add_weight(&parts, form(), random, {outputs, inputs}, &weight);
    if (i % 2 == 0) {
      bias = testing::random_values(random, outputs);
      op.bias = parts.dense({outputs}, bias);
    }
    if (i % 3 == 0) op.activation = fb::Activation_Relu;
    parts.ops = {op};
    std::vector<uint32_t> shape = {pick(random, 1, 4)};
    if (i % 5 == 0) shape.push_back(3);
    shape.push_back(inputs);
    Tensor x = testing::random_values(random, size_t{shape[0]} * (i % 5 == 0 ? 3 : 1) * inputs);
    Array4 expected = testing::reference_linear(array_of(shape, x), weight, outputs, bias);
    if (i % 3 == 0) testing::reference_relu(&expected);
    const OneOp run(parts, {shape});
    EXPECT_EQ(run.kernel().rfind(std::string("linear_") + weight_form_name(form()) + "_", 0), 0u) << run.kernel();
    expect_near(run({x}), expected);
  }
}

TEST_P(WeightForms, LinearWithLongRows) {
  // Rows of more than one segment.
  std::mt19937 random(22);
  const uint32_t inputs = 150000;
  ModelParts parts;
  OpParts op;
  op.type = fb::OpAttributes_Linear;
  Tensor weight;
  std::vector<int> codes =
      testing::random_codes(random, size_t{2} * inputs, form() == WeightForm::kSparse ? 0.01 : 1.1, 6);
  weight = testing::values_of(codes, kCentroids);
  if (form() == WeightForm::kSparse)
    op.weight = parts.sparse({2, inputs}, codes, kCentroids, 8);
  else if (form() == WeightForm::kDenseShared)
    op.weight = parts.dense_shared({2, inputs}, codes, kCentroids);
  else
    op.weight = parts.dense({2, inputs}, weight);
  parts.ops = {op};
  const Tensor x = testing::random_values(random, inputs);
  expect_near(OneOp(parts, {{1, inputs}})({x}), testing::reference_linear(array_of({1, inputs}, x), weight, 2, {}));
}

TEST_P(WeightForms, Conv2d) {
  std::mt19937 random(23);
  for (int i = 0; i < 150; ++i) {
    const uint32_t groups = pick(random, 1, 3), in = groups * pick(random, 1, 3), out = groups * pick(random, 1, 3);
    OpParts op;
    op.type = fb::OpAttributes_Conv2d;
    op.groups = groups;
    op.stride_h = pick(random, 1, 3);
    op.stride_w = pick(random, 1, 3);
    op.dilation_h = pick(random, 1, 3);
    op.dilation_w = pick(random, 1, 3);
    op.pad_top = pick(random, 0, 4);
    op.pad_left = pick(random, 0, 4);
    op.pad_bottom = pick(random, 0, 4);
    op.pad_right = pick(random, 0, 4);
    const uint32_t kh = pick(random, 1, 4), kw = pick(random, 1, 4);
    const uint32_t h = pick(random, op.dilation_h * (kh - 1) + 1, 14),
                   w = pick(random, op.dilation_w * (kw - 1) + 1, 14);
    ModelParts parts;
    Tensor weight, bias;
    const std::vector<uint32_t> weight_shape = {out, in / groups, kh, kw};
    op.weight = add_weight(&parts, form(), random, weight_shape, &weight);
    if (i % 2 == 0) {
      bias = testing::random_values(random, out);
      op.bias = parts.dense({out}, bias);
    }
    if (i % 3 == 0) op.activation = fb::Activation_Relu;
    parts.ops = {op};
    const std::vector<uint32_t> shape = {pick(random, 1, 3), in, h, w};
    const Tensor x = testing::random_values(random, size_t{shape[0]} * in * h * w);
    Array4 expected = testing::reference_conv2d(array_of(shape, x), weight, weight_shape, bias, op);
    if (i % 3 == 0) testing::reference_relu(&expected);
    const OneOp run(parts, {shape});
    expect_near(run({x}), expected);
    const uint64_t nonzeros = weight.size() - static_cast<size_t>(std::count(weight.begin(), weight.end(), 0.0f));
    // A sparse weight counts what it stores, centroids of 0 included.
    if (form() != WeightForm::kSparse) {
      EXPECT_EQ(run.macs(), nonzeros * expected.shape[2] * expected.shape[3]);
    }
  }
}

TEST_P(WeightForms, Conv2dOfAWindowInPaddingOnly) {
  // A 1 x 1 kernel over a picture with padding: the border of the output is the bias.
  std::mt19937 random(24);
  ModelParts parts;
  OpParts op;
  op.type = fb::OpAttributes_Conv2d;
  op.pad_top = op.pad_bottom = op.pad_left = op.pad_right = 2;
  Tensor weight;
  op.weight = add_weight(&parts, form(), random, {2, 1, 1, 1}, &weight);
  op.bias = parts.dense({2}, {3.0f, -4.0f});
  parts.ops = {op};
  const Tensor x = {1.0f};
  expect_near(OneOp(parts, {{1, 1, 1, 1}})({x}),
              testing::reference_conv2d(array_of({1, 1, 1, 1}, x), weight, {2, 1, 1, 1}, {3.0f, -4.0f}, op));
}

TEST_P(WeightForms, ResultsDependOnNeitherThreadsNorBatch) {
  std::mt19937 random(25);
  ModelParts parts;
  OpParts conv;
  conv.type = fb::OpAttributes_Conv2d;
  conv.pad_top = conv.pad_left = 1;
  Tensor weight;
  conv.weight = add_weight(&parts, form(), random, {13, 5, 3, 3}, &weight);
  OpParts flatten, linear;
  flatten.type = fb::OpAttributes_Flatten;
  flatten.last_axis = 3;
  linear.type = fb::OpAttributes_Linear;
  linear.weight = add_weight(&parts, form(), random, {37, 13 * 29 * 29}, &weight);
  parts.ops = {conv, flatten, linear};
  const uint32_t batch = 5;
  const std::vector<uint32_t> shape = {batch, 5, 30, 30};
  const size_t sample = 5 * 30 * 30;
  const Tensor x = testing::random_values(random, batch * sample);
  const Tensor expected = OneOp(parts, {shape})({x});
  for (uint32_t threads : {2u, 3u, 4u, 7u}) ASSERT_EQ(OneOp(parts, {shape})({x}, threads), expected) << threads;
  for (uint32_t n = 0; n < batch; ++n) {
    const Tensor one(x.begin() + static_cast<ptrdiff_t>(n * sample),
                     x.begin() + static_cast<ptrdiff_t>((n + 1) * sample));
    const Tensor y = OneOp(parts, {{1, 5, 30, 30}})({one});
    ASSERT_EQ(y, Tensor(expected.begin() + n * 37, expected.begin() + (n + 1) * 37)) << n;
  }
}

INSTANTIATE_TEST_SUITE_P(FormsAndIsas, WeightForms,
                         ::testing::Combine(::testing::Values(WeightForm::kSparse, WeightForm::kDenseShared,
                                                              WeightForm::kDense),
                                            ::testing::ValuesIn(testing::available_isas())),
                         [](const auto& tested) {
                           return std::string(weight_form_name(std::get<0>(tested.param))) + "_" +
                                  isa_name(std::get<1>(tested.param));
                         });

class MaxPool2d : public testing::OnEachIsa {};
DCM_ON_EACH_ISA(MaxPool2d);

TEST_P(MaxPool2d, RandomWindows) {
  std::mt19937 random(26);
  int with_ceil = 0;
  for (int i = 0; i < 400; ++i) {
    OpParts op;
    op.type = fb::OpAttributes_MaxPool2d;
    op.kernel_h = pick(random, 1, 4);
    op.kernel_w = pick(random, 1, 4);
    op.stride_h = pick(random, 1, 4);
    op.stride_w = pick(random, 1, 4);
    op.dilation_h = pick(random, 1, 3);
    op.dilation_w = pick(random, 1, 3);
    op.pad_top = pick(random, 0, op.kernel_h / 2);
    op.pad_bottom = pick(random, 0, op.kernel_h / 2);
    op.pad_left = pick(random, 0, op.kernel_w / 2);
    op.pad_right = pick(random, 0, op.kernel_w / 2);
    op.ceil_mode = i % 2 == 0;
    const uint32_t h = pick(random, op.dilation_h * (op.kernel_h - 1) + 1, 15),
                   w = pick(random, op.dilation_w * (op.kernel_w - 1) + 1, 15);
    const std::vector<uint32_t> shape = {2, 2, h, w};
    Tensor x = testing::random_values(random, size_t{4} * h * w);
    for (float& value : x) value -= 3.0f;  // padding by zeros would win
    const Array4 expected = testing::reference_max_pool2d(array_of(shape, x), op);
    OpParts floor = op;
    floor.ceil_mode = false;
    with_ceil += op.ceil_mode && testing::reference_max_pool2d(array_of(shape, x), floor).shape != expected.shape;
    ModelParts parts;
    parts.ops = {op};
    const Tensor y = OneOp(parts, {shape})({x});
    ASSERT_EQ(y.size(), expected.values.size());
    for (size_t k = 0; k < y.size(); ++k) ASSERT_EQ(y[k], static_cast<float>(expected.values[k]));
  }
  EXPECT_GT(with_ceil, 20);
}

TEST_P(MaxPool2d, NanWins) {
  OpParts op;
  op.type = fb::OpAttributes_MaxPool2d;
  op.kernel_h = op.kernel_w = 2;
  ModelParts parts;
  parts.ops = {op};
  const float nan = std::nanf("");
  for (size_t at = 0; at < 4; ++at) {
    Tensor x = {1.0f, 2.0f, 3.0f, 4.0f};
    x[at] = nan;
    EXPECT_TRUE(std::isnan(OneOp(parts, {{1, 1, 2, 2}})({x})[0])) << at;
  }
}

TEST(Elementwise, ReluAddAndTheirActivations) {
  const Tensor a = {-1.0f, 2.0f, -3.0f, 4.0f, 0.5f, -0.5f}, b = {0.5f, -3.0f, 4.0f, 1.0f, -0.5f, 0.25f};
  ModelParts relu;
  relu.add(fb::OpAttributes_Relu);
  EXPECT_EQ(OneOp(relu, {{2, 3}})({a}), (Tensor{0.0f, 2.0f, 0.0f, 4.0f, 0.5f, 0.0f}));
  ModelParts add;
  add.add(fb::OpAttributes_Add);
  EXPECT_EQ(OneOp(add, {{2, 3}, {2, 3}})({a, b}), (Tensor{-0.5f, -1.0f, 1.0f, 5.0f, 0.0f, -0.25f}));
  add.ops[0].activation = fb::Activation_Relu;
  EXPECT_EQ(OneOp(add, {{2, 3}, {2, 3}})({a, b}), (Tensor{0.0f, 0.0f, 1.0f, 5.0f, 0.0f, 0.0f}));
  EXPECT_TRUE(std::isnan(OneOp(relu, {{1, 1}})({{std::nanf("")}})[0]));
}

TEST(Flatten, KeepsTheElements) {
  std::mt19937 random(27);
  ModelParts parts;
  parts.add(fb::OpAttributes_Flatten).last_axis = 2;
  const Tensor x = testing::random_values(random, 2 * 3 * 4 * 5);
  const OneOp run(parts, {{2, 3, 4, 5}});
  EXPECT_EQ(run({x}), x);
  EXPECT_EQ(run.kernel(), "flatten_view");
}

TEST(Softmax, AlongAnyAxis) {
  std::mt19937 random(28);
  for (uint32_t axis : {1u, 2u, 3u}) {
    ModelParts parts;
    parts.add(fb::OpAttributes_Softmax).axis = axis;
    Tensor x = testing::random_values(random, 2 * 3 * 4 * 5);
    for (float& value : x) value *= 50.0f;
    expect_near(OneOp(parts, {{2, 3, 4, 5}})({x}), testing::reference_softmax(array_of({2, 3, 4, 5}, x), axis));
  }
}

TEST(Softmax, LargeInputsDoNotOverflow) {
  ModelParts parts;
  parts.add(fb::OpAttributes_Softmax);
  EXPECT_EQ(OneOp(parts, {{1, 2}})({{3e38f, 3e38f}}), (Tensor{0.5f, 0.5f}));
  EXPECT_EQ(OneOp(parts, {{1, 2}})({{0.0f, -3e38f}}), (Tensor{1.0f, 0.0f}));
}

TEST(KernelTable, NamesAreUniqueAndEveryOperatorHasAGenericKernel) {
  std::set<std::string> names;
  for (const Kernel* kernel : kernel_table()) {
    EXPECT_TRUE(names.insert(kernel->name).second) << kernel->name;
    EXPECT_EQ(kernel->run == nullptr, op_rule(kernel->op).makes != Makes::kNew) << kernel->name;
    EXPECT_EQ(kernel->units == nullptr, kernel->run == nullptr) << kernel->name;
    EXPECT_EQ(kernel->form != WeightForm::kNone, op_rule(kernel->op).weights[kWeight] == WeightUse::kAnyForm)
        << kernel->name;
  }
  for (uint32_t type = 1; type <= kOpTypes; ++type) {
    const OpRule* rule = find_op_rule(type);
    ASSERT_NE(rule, nullptr) << type;
    EXPECT_STREQ(rule->type, fb::EnumNameOpAttributes(static_cast<fb::OpAttributes>(type)));
    std::set<WeightForm> forms;
    for (const Kernel* kernel : kernel_table())
      if (kernel->op == static_cast<OpType>(type) && kernel->isa == Isa::kGeneric && kernel->supports == nullptr)
        forms.insert(kernel->form);
    EXPECT_EQ(forms.size(), rule->weights[kWeight] == WeightUse::kAnyForm ? 3u : 1u) << type;
  }
  EXPECT_EQ(find_op_rule(0), nullptr);
  EXPECT_EQ(find_op_rule(kOpTypes + 1), nullptr);
}

class IsaOfTheEnvironment : public ::testing::Test {
 protected:
  void TearDown() override { unsetenv("DCM_ISA"); }
};

TEST_F(IsaOfTheEnvironment, GenericIsAlwaysThere) {
  setenv("DCM_ISA", "generic", 1);
  const Opened opened = testing::open_bytes(testing::small_network().build());
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  dcm_op_info info;
  ASSERT_EQ(dcm_model_op(opened.model.get(), 0, &info, nullptr), DCM_OK);
  EXPECT_NE(std::string(info.reason).find("DCM_ISA"), std::string::npos) << info.reason;
}

TEST_F(IsaOfTheEnvironment, AnythingElseIsRefusedWithAListOfWhatThereIs) {
  setenv("DCM_ISA", "pentium", 1);
  const Opened opened = testing::open_bytes(testing::small_network().build());
  EXPECT_EQ(opened.code, DCM_MACHINE_UNSUPPORTED);
  EXPECT_NE(opened.text.find("pentium"), std::string::npos) << opened.text;
  EXPECT_NE(opened.text.find("generic"), std::string::npos) << opened.text;
}

}  // namespace
}  // namespace dcm
