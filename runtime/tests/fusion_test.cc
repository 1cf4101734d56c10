// Operators that are computed by the kernel of the one before them: which they are, and that results stay as they were.
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "api/model.h"
#include "forced_isa.h"
#include "one_op.h"

namespace dcm::testing {
namespace {

using Shape32 = std::vector<uint32_t>;

class Fusion : public ::testing::TestWithParam<std::tuple<WeightForm, Isa>> {
 protected:
  static WeightForm form() { return std::get<0>(GetParam()); }
  static bool has_vectors() { return std::get<1>(GetParam()) != Isa::kGeneric; }

 private:
  ForcedIsa forced_{std::get<1>(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(FormsAndIsas, Fusion,
                         ::testing::Combine(::testing::Values(WeightForm::kSparse, WeightForm::kDenseShared,
                                                              WeightForm::kDense),
                                            ::testing::ValuesIn(available_isas())),
                         [](const auto& tested) {
                           return std::string(weight_form_name(std::get<0>(tested.param))) + "_" +
                                  isa_name(std::get<1>(tested.param));
                         });

std::string kernel_of(const OneOp& run, size_t op) {
  return run.model()->plan.ops[op].kernel->name;
}

bool is_fused(const OneOp& run, size_t op) {
  const PlannedOp& planned = run.model()->plan.ops[op];
  const OpType type = planned.site.op->type;
  const bool fused = kernel_of(run, op) == (type == OpType::kAdd      ? "add_fused"
                                            : type == OpType::kConv2d ? "conv2d_fused"
                                                                      : "max_pool2d_fused");
  EXPECT_EQ(planned.kernel->run == nullptr, fused);
  return fused;
}

// x0, x1 -> a convolution of x0 (value 2), a Relu (value 3), and an operator of the convolution's value. The Relu reads
// x1, or the convolution's value too: then nothing may be fused, and all else is the same.
struct Twins {
  ModelParts parts;
  Shape32 shape, out;

  Twins(std::mt19937& random, WeightForm form, const OpParts& like, Shape32 in, uint32_t outputs, uint32_t side)
      : shape(in) {
    OpParts conv = like, relu;
    conv.type = fb::OpAttributes_Conv2d;
    conv.name = "conv";
    conv.inputs = {{0}};
    Tensor values;
    conv.weight = add_weight(&parts, form, random, {outputs, in[1] / conv.groups, side, side}, &values);
    conv.bias = parts.dense({outputs}, random_values(random, outputs));
    relu.type = fb::OpAttributes_Relu;
    relu.inputs = {{1}};
    parts.ops = {conv, relu};
    const auto size = [side](uint32_t inputs, uint32_t pad, uint32_t stride) {
      return (inputs + pad - side) / stride + 1;
    };
    out = {in[0], outputs, size(in[2], conv.pad_top + conv.pad_bottom, conv.stride_h),
           size(in[3], conv.pad_left + conv.pad_right, conv.stride_w)};
  }

  OpParts& follow(fb::OpAttributes type, std::vector<uint32_t> inputs) {
    OpParts op;
    op.type = type;
    op.inputs = inputs;
    parts.ops.push_back(op);
    return parts.ops.back();
  }

  OneOp together() const { return OneOp(parts, {shape, out}); }
  OneOp apart() const {
    ModelParts all = parts;
    all.ops[1].inputs = {{2}};
    return OneOp(all, {shape, out});
  }
};

// Tiles that end inside and outside of the plane, runs of pixels, strides, groups, with the operand on either side: bit
// for bit what an Add of its own gives.
TEST_P(Fusion, AddsAreExact) {
  std::mt19937 random(91);
  for (uint32_t i = 0; i < 30; ++i) {
    const uint32_t side = i % 3 == 0 ? 1 : i % 3 == 1 ? 3 : 5, most = i % 10 == 9 ? 64 : 20;
    OpParts conv;
    conv.groups = i % 5 == 4 ? 2 : 1;
    if (i % 4 != 3) conv.pad_top = conv.pad_bottom = conv.pad_left = conv.pad_right = side / 2;
    if (i % 7 == 6) conv.stride_h = conv.stride_w = 2;
    Twins twins(
        random, form(), conv,
        {pick(random, 1, 3), 4 * pick(random, 1, 20), side + pick(random, 1, most), side + pick(random, 1, most)},
        2 * pick(random, 1, 40), side);
    OpParts& add = twins.follow(fb::OpAttributes_Add, i % 2 == 0 ? Shape32{2, 1} : Shape32{1, 2});
    const fb::Activation activations[] = {fb::Activation_None, fb::Activation_Relu, fb::Activation_Relu6};
    add.activation = activations[i / 2 % 3];
    const OneOp together = twins.together(), apart = twins.apart();
    ASSERT_EQ(is_fused(together, 2), has_vectors());
    ASSERT_FALSE(is_fused(apart, 2));
    const std::vector<Tensor> inputs = {random_tensor(random, twins.shape), random_tensor(random, twins.out)};
    const Tensor expected = apart(inputs);
    for (const uint32_t threads : {1u, 3u}) ASSERT_EQ(together(inputs, threads), expected) << threads << ", case " << i;
  }
}

// Pools of 2 x 2, wherever the plan chose a kernel that can.
TEST_P(Fusion, PoolsAreExact) {
  std::mt19937 random(92);
  uint32_t fused = 0;
  for (uint32_t i = 0; i < 12; ++i) {
    OpParts conv;
    conv.pad_top = conv.pad_bottom = conv.pad_left = conv.pad_right = 1;
    conv.activation = i % 3 == 0 ? fb::Activation_HardSwish : fb::Activation_Relu;
    Twins twins(random, form(), conv, {pick(random, 1, 2), 48, pick(random, 20, 60), pick(random, 20, 60)}, 48, 3);
    OpParts& pool = twins.follow(fb::OpAttributes_MaxPool2d, {2});
    pool.kernel_h = pool.kernel_w = pool.stride_h = pool.stride_w = 2;
    const OneOp together = twins.together(), apart = twins.apart();
    fused += is_fused(together, 2);
    ASSERT_FALSE(is_fused(apart, 2));
    const std::vector<Tensor> inputs = {random_tensor(random, twins.shape), random_tensor(random, twins.out)};
    const Tensor expected = apart(inputs);
    for (const uint32_t threads : {1u, 3u}) ASSERT_EQ(together(inputs, threads), expected) << threads << ", case " << i;
  }
  EXPECT_EQ(fused > 0, has_vectors());
}

// A depthwise 3 x 3 convolution of what a sparse 1 x 1 one makes: bands with and without rows around them, planes of
// one band, rows shorter than a vector, strides, activations that are no clamp, weights of the second one in all forms.
// Bit for bit: both add the products of an output in the same order, from its bias on.
TEST_P(Fusion, DepthwiseConvolutionsAreExact) {
  std::mt19937 random(96);
  uint32_t fused = 0;
  for (uint32_t i = 0; i < 36; ++i) {
    const fb::Activation activations[] = {fb::Activation_Relu6, fb::Activation_None, fb::Activation_HardSwish};
    OpParts conv;
    conv.activation = activations[i % 3];
    const uint32_t channels = pick(random, 1, 40), outputs = pick(random, 1, 24);
    const uint32_t height = 4 * pick(random, 1, 16), width = i % 4 == 3 ? pick(random, 1, 50) : 4 * pick(random, 1, 16);
    Twins twins(random, form(), conv, {pick(random, 1, 3), channels, height, width}, outputs, 1);
    OpParts& second = twins.follow(fb::OpAttributes_Conv2d, {2});
    second.kernel_h = second.kernel_w = 3;
    second.pad_top = second.pad_left = second.pad_bottom = second.pad_right = 1;
    second.stride_h = second.stride_w = 1 + i / 3 % 2;
    second.groups = outputs;
    second.activation = activations[i / 6 % 3];
    const WeightForm forms[] = {WeightForm::kDenseShared, WeightForm::kDense, WeightForm::kSparse};
    Tensor values;
    second.weight = add_weight(&twins.parts, forms[i / 2 % 3], random, {outputs, 1, 3, 3}, &values);
    if (i % 5 != 4) second.bias = twins.parts.dense({outputs}, testing::random_values(random, outputs));
    const OneOp together = twins.together(), apart = twins.apart();
    const bool is = is_fused(together, 2);
    ASSERT_FALSE(is && (height * width % 4 != 0 || !has_vectors() || form() != WeightForm::kSparse));
    ASSERT_FALSE(is_fused(apart, 2));
    fused += is;
    const std::vector<Tensor> inputs = {random_tensor(random, twins.shape), random_tensor(random, twins.out)};
    const Tensor expected = apart(inputs);
    for (const uint32_t threads : {1u, 3u}) ASSERT_EQ(together(inputs, threads), expected) << threads << ", case " << i;
  }
  EXPECT_EQ(fused > 8, has_vectors() && form() == WeightForm::kSparse) << fused;
}

TEST_P(Fusion, OnlyWhereItMay) {
  std::mt19937 random(93);
  const auto fuses = [&](const OpParts& conv, auto&& change) {
    Twins twins(random, form(), conv, {1, 48, 24, 24}, 48, 3);
    twins.follow(fb::OpAttributes_Add, {2, 1});
    change(&twins);
    const OneOp run = twins.together();
    EXPECT_EQ(run.code(), DCM_OK) << run.text();
    return is_fused(run, 2);
  };
  OpParts conv, active;
  conv.pad_top = conv.pad_bottom = conv.pad_left = conv.pad_right = 1;
  active = conv;
  active.activation = fb::Activation_Relu;
  EXPECT_EQ(fuses(conv, [](Twins*) {}), has_vectors());
  EXPECT_FALSE(fuses(active, [](Twins*) {}));  // the sum comes after the activation
  EXPECT_FALSE(fuses(conv, [](Twins* twins) { twins->parts.ops[2].inputs = {{2, 2}}; }));
  EXPECT_FALSE(fuses(conv, [](Twins* twins) { twins->parts.ops[2].activation = fb::Activation_Gelu; }));
  EXPECT_FALSE(fuses(conv, [](Twins* twins) { twins->out = {1, 48, 1, 1}; }));  // which is broadcast
  // What is added must be there before the convolution runs.
  EXPECT_FALSE(fuses(conv, [](Twins* twins) { twins->parts.ops[2].inputs = {{2, 3}}; }));
  // A pool whose windows overlap, and one with padding.
  const auto pools = [](Twins* twins, uint32_t kernel, uint32_t padding) {
    OpParts& pool = twins->parts.ops[2];
    pool.type = fb::OpAttributes_MaxPool2d;
    pool.inputs = {{2}};
    pool.kernel_h = pool.kernel_w = kernel;
    pool.stride_h = pool.stride_w = 2;
    pool.pad_top = pool.pad_left = pool.pad_bottom = pool.pad_right = padding;
  };
  EXPECT_FALSE(fuses(active, [&](Twins* twins) { pools(twins, 3, 0); }));
  EXPECT_FALSE(fuses(active, [&](Twins* twins) { pools(twins, 2, 1); }));
}

// A value that the caller gets is there.
TEST_P(Fusion, OutputsOfTheNetworkStay) {
  std::mt19937 random(94);
  OpParts conv;
  conv.pad_top = conv.pad_bottom = conv.pad_left = conv.pad_right = 1;
  Twins twins(random, form(), conv, {1, 16, 9, 9}, 16, 3);
  twins.follow(fb::OpAttributes_Add, {2, 1});
  ModelParts parts = twins.parts;
  parts.inputs = {{"x0", {-1, 16, 9, 9}}, {"x1", {-1, 16, 9, 9}}};
  parts.outputs = {{"conv", 2}, {"sum", 4}};
  const Opened both = open_bytes(parts.build());
  ASSERT_EQ(both.code, DCM_OK) << both.text;
  EXPECT_STREQ(both.model->plan.ops[2].kernel->name == std::string("add_fused") ? "fused" : "apart", "apart");
  const std::vector<Tensor> inputs = {random_tensor(random, twins.shape), random_tensor(random, twins.out)};
  const std::vector<Tensor> found = run_model(both.model.get(), inputs, 1, 1);
  EXPECT_EQ(found[1], twins.together()(inputs));
}

// What the profile's and inspect's readers see.
TEST_P(Fusion, IsToldOf) {
  std::mt19937 random(95);
  OpParts conv;
  conv.pad_top = conv.pad_bottom = conv.pad_left = conv.pad_right = 1;
  Twins twins(random, form(), conv, {1, 16, 9, 9}, 16, 3);
  twins.follow(fb::OpAttributes_Add, {2, 1});
  const OneOp run = twins.together();
  dcm_op_info info = {};
  ASSERT_EQ(dcm_model_op(run.model(), 2, &info, nullptr), DCM_OK);
  if (!has_vectors()) return;
  EXPECT_STREQ(info.kernel, "add_fused");
  EXPECT_STREQ(info.reason, "'conv' (operator 0) does it as it writes");
  EXPECT_EQ(info.expected_ns, 0.0);
  EXPECT_EQ(info.other_kernel, nullptr);
  const StorageMap& map = run.model()->plan.storage;
  EXPECT_EQ(map.of_value[2], map.of_value[4]);
  EXPECT_EQ(map.storages[map.of_value[4]].kind, StorageKind::kOutput);
}

// A kernel that exists for pairs alone takes both operators' work.
TEST_P(Fusion, PairsAreToldOf) {
  std::mt19937 random(97);
  OpParts conv;
  Twins twins(random, form(), conv, {1, 16, 16, 16}, 24, 1);
  OpParts& second = twins.follow(fb::OpAttributes_Conv2d, {2});
  second.kernel_h = second.kernel_w = 3;
  second.pad_top = second.pad_left = second.pad_bottom = second.pad_right = 1;
  second.groups = 24;
  Tensor values;
  second.weight = add_weight(&twins.parts, WeightForm::kDense, random, {24, 1, 3, 3}, &values);
  const auto info_of = [](const OneOp& run, size_t op) {
    dcm_op_info info = {};
    EXPECT_EQ(dcm_model_op(run.model(), op, &info, nullptr), DCM_OK);
    return info;
  };
  const OneOp together = twins.together(), apart = twins.apart();
  const bool fused = is_fused(together, 2);
  EXPECT_EQ(fused, has_vectors() && form() == WeightForm::kSparse);
  const dcm_op_info first = info_of(together, 0), last = info_of(together, 2);
  EXPECT_EQ(first.macs + last.macs, info_of(apart, 0).macs + info_of(apart, 2).macs);
  if (!fused) return;
  EXPECT_EQ(std::string(first.kernel).rfind("conv2d_into_depthwise_sparse_", 0), 0u);
  EXPECT_EQ(first.expected_ns, 0.0);
  EXPECT_EQ(first.other_kernel, nullptr);
  EXPECT_STREQ(last.kernel, "conv2d_fused");
  EXPECT_STREQ(last.reason, "'conv' (operator 0) does it as it writes");
  EXPECT_EQ(last.macs, 0u);
}

}  // namespace
}  // namespace dcm::testing
