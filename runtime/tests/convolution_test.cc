// Convolutions by all their kernels against docs/format.md in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <tuple>

#include "forced_isa.h"
#include "one_op.h"
#include "refusal.h"

namespace dcm {
namespace {

using testing::add_weight;
using testing::Array4;
using testing::array_of;
using testing::expect_independence;
using testing::expect_near;
using testing::kFixed;
using testing::ModelParts;
using testing::OneOp;
using testing::OpParts;
using testing::pick;
using testing::random_tensor;
using testing::Refusal;
using testing::Tensor;
namespace fb = testing::fb;

using Shape32 = std::vector<uint32_t>;

// Every form of the weight on every instruction set that this machine has.
class Convolutions : public ::testing::TestWithParam<std::tuple<WeightForm, Isa>> {
 protected:
  static WeightForm form() { return std::get<0>(GetParam()); }
  static Isa isa() { return std::get<1>(GetParam()); }
  // Whether it is a kernel of this kind for the form. AVX-512 leaves some planes to narrower vectors, and what panels
  // can do Winograd's kernels may be expected to do faster.
  static bool is_kernel(const std::string& name, const char* generic_kind, const char* vector_kind) {
    const std::string form_name = std::string("_") + weight_form_name(form()) + "_";
    if (isa() == Isa::kGeneric) return name == generic_kind + form_name + isa_name(isa());
    std::vector<std::string> kinds = {vector_kind};
    if (kinds[0] == "conv2d") kinds.push_back("conv2d_winograd");
    for (const std::string& kind : kinds)
      for (const Isa each : {isa(), isa() == Isa::kAvx512 ? Isa::kAvx2 : isa()})
        if (name == kind + form_name + isa_name(each)) return true;
    return false;
  }

 private:
  testing::ForcedIsa forced_{isa()};
};

INSTANTIATE_TEST_SUITE_P(FormsAndIsas, Convolutions,
                         ::testing::Combine(::testing::Values(WeightForm::kSparse, WeightForm::kDenseShared,
                                                              WeightForm::kDense),
                                            ::testing::ValuesIn(testing::available_isas())),
                         [](const auto& tested) {
                           return std::string(weight_form_name(std::get<0>(tested.param))) + "_" +
                                  isa_name(std::get<1>(tested.param));
                         });

// A file of one convolution with its weights.
struct Convolution {
  ModelParts parts;
  Tensor weight, bias;

  Convolution(OpParts* op, WeightForm form, std::mt19937& random, const Shape32& weight_shape, uint32_t outputs) {
    op->weight = add_weight(&parts, form, random, weight_shape, &weight);
    if (random() % 2 == 0) {
      bias = testing::random_values(random, outputs);
      op->bias = parts.dense({outputs}, bias);
    }
    if (random() % 3 == 0) op->activation = fb::Activation_Relu;
    parts.ops = {*op};
  }

  void expect(const Shape32& shape, const Tensor& x, Array4 expected, const OpParts& op, bool fixed = false) const {
    if (op.activation == fb::Activation_Relu) testing::reference_relu(&expected);
    const OneOp run(parts, {shape}, fixed);
    expect_near(run({x}), expected);
    std::vector<int64_t> found = run.shape();
    if (!fixed) found[0] = shape[0];
    ASSERT_EQ(found, std::vector<int64_t>(expected.shape.begin(), expected.shape.end()));
  }
};

// ---- Conv2d by panels ----

// Weights of so many outputs that every form is worth panels. A weight of more than 128 rows takes several units, one
// of more than 256 columns several slices.
TEST_P(Convolutions, Conv2dByPanels) {
  std::mt19937 random(41);
  for (int i = 0; i < 25; ++i) {
    const uint32_t groups = pick(random, 1, 2), channels = groups * pick(random, 1, 40);
    const uint32_t outputs = groups * pick(random, 80, 140);
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
    const Shape32 weight_shape = {outputs, channels / groups, pick(random, 1, 3), pick(random, 1, 4)};
    const Convolution convolution(&op, form(), random, weight_shape, outputs);
    const Shape32 shape = {2, channels, pick(random, 12, 17), pick(random, 12, 17)};
    const Tensor x = random_tensor(random, shape);
    const bool depthwise = channels == groups && weight_shape[2] * weight_shape[3] > 1;
    ASSERT_PRED3(is_kernel, OneOp(convolution.parts, {shape}).kernel(), "conv2d_panels",
                 depthwise ? "conv2d_depthwise" : "conv2d");
    convolution.expect(
        shape, x, testing::reference_conv2d(array_of(shape, x), convolution.weight, weight_shape, convolution.bias, op),
        op, i % 4 == 0);
  }
}

// Pictures of many tiles: at the edges and inside, with rows that end within a vector.
TEST_P(Convolutions, LargePictures) {
  std::mt19937 random(47);
  for (int i = 0; i < 16; ++i) {
    OpParts op;
    op.type = fb::OpAttributes_Conv2d;
    const uint32_t channels = pick(random, 1, 30);
    op.groups = i % 4 == 0 ? channels : 1;
    op.stride_h = op.stride_w = pick(random, 1, 2);
    op.dilation_h = op.dilation_w = i % 5 == 0 ? 2 : 1;
    op.pad_top = op.pad_left = pick(random, 0, 2);
    op.pad_bottom = op.pad_right = pick(random, 0, 2);
    const uint32_t outputs = op.groups * pick(random, 1, 4), kernel_size = 1 + 2 * pick(random, 0, 2);
    const Shape32 weight_shape = {outputs, channels / op.groups, kernel_size, kernel_size};
    const Convolution convolution(&op, form(), random, weight_shape, outputs);
    const Shape32 shape = {1, channels, pick(random, 20, 70), pick(random, 20, 70)};
    const Tensor x = random_tensor(random, shape);
    convolution.expect(
        shape, x, testing::reference_conv2d(array_of(shape, x), convolution.weight, weight_shape, convolution.bias, op),
        op);
  }
}

// What a file may say: taps so far apart, or so many, that no copy of what they see may be made.
TEST_P(Convolutions, TapsFarApartAndMany) {
  struct Far {
    uint32_t groups, kernel, dilation, pad, stride;
  };
  std::mt19937 random(48);
  for (const Far far : {Far{1, 2, 40000, 40000, 1}, Far{2, 2, 40000, 40000, 1}, Far{1, 2, 60000, 60000, 65535},
                        Far{2, 3, 30000, 60000, 65535}, Far{1, 255, 400, 60000, 50000}, Far{2, 255, 3, 500, 300}}) {
    OpParts op;
    op.type = fb::OpAttributes_Conv2d;
    op.groups = far.groups;
    op.stride_h = op.stride_w = far.stride;
    op.dilation_h = op.dilation_w = far.dilation;
    op.pad_top = op.pad_left = op.pad_bottom = op.pad_right = far.pad;
    const uint32_t size = 20;
    const uint32_t outputs = ((size + 2 * far.pad) - (far.dilation * (far.kernel - 1) + 1)) / far.stride + 1;
    if (outputs > 64) op.stride_h = op.stride_w = outputs;  // few are enough
    const Shape32 weight_shape = {4, 2 / far.groups, far.kernel, far.kernel}, shape = {1, 2, size, size};
    const Convolution convolution(&op, form(), random, weight_shape, 4);
    const Tensor x = random_tensor(random, shape);
    convolution.expect(
        shape, x, testing::reference_conv2d(array_of(shape, x), convolution.weight, weight_shape, convolution.bias, op),
        op);
  }
}

TEST_P(Convolutions, DepthwiseAndFewOutputsAreDirect) {
  std::mt19937 random(42);
  for (const uint32_t groups : {1u, 12u}) {
    OpParts op;
    op.type = fb::OpAttributes_Conv2d;
    op.groups = groups;
    op.pad_top = op.pad_left = op.pad_bottom = op.pad_right = 1;
    const Shape32 weight_shape = {groups == 1 ? 3 : groups, 12 / groups, 3, 3}, shape = {2, 12, 9, 9};
    const Convolution convolution(&op, form(), random, weight_shape, weight_shape[0]);
    EXPECT_PRED3(is_kernel, OneOp(convolution.parts, {shape}).kernel(), "conv2d",
                 groups == 1 ? "conv2d" : "conv2d_depthwise");
    const Tensor x = random_tensor(random, shape);
    convolution.expect(
        shape, x, testing::reference_conv2d(array_of(shape, x), convolution.weight, weight_shape, convolution.bias, op),
        op);
  }
}

// 3 x 3 with a padding of 1 takes no copy of the plane: every width around whole vectors, both strides, pictures of one
// row or column, and paddings that give one column less.
TEST_P(Convolutions, Depthwise3x3) {
  std::mt19937 random(48);
  for (uint32_t width = 1; width <= 70; width += width < 36 ? 1 : 5) {
    OpParts op;
    op.type = fb::OpAttributes_Conv2d;
    op.groups = 5;
    op.stride_h = op.stride_w = pick(random, 1, 2);
    op.pad_top = op.pad_left = 1;
    op.pad_bottom = op.pad_right = op.stride_h == 2 && width % 2 == 0 ? pick(random, 0, 1) : 1;
    const uint32_t outputs = 5 * pick(random, 1, 2);
    const Shape32 weight_shape = {outputs, 1, 3, 3};
    const Convolution convolution(&op, form(), random, weight_shape, outputs);
    const Shape32 shape = {2, 5, op.pad_bottom == 0 ? 6 : pick(random, 1, 9), width};
    const Tensor x = random_tensor(random, shape);
    convolution.expect(
        shape, x, testing::reference_conv2d(array_of(shape, x), convolution.weight, weight_shape, convolution.bias, op),
        op, width % 2 == 0);
  }
}

// Whatever the plane's width, and so the instruction set.
TEST_P(Convolutions, Depthwise3x3HasItsOwnKernels) {
  std::mt19937 random(49);
  for (const uint32_t size : {7u, 14u, 28u, 56u}) {
    OpParts op;
    op.type = fb::OpAttributes_Conv2d;
    op.groups = 32;
    op.pad_top = op.pad_left = op.pad_bottom = op.pad_right = 1;
    const Convolution convolution(&op, form(), random, {32, 1, 3, 3}, 32);
    const std::vector<Shape32> shape = {{1, 32, size, size}};
    EXPECT_PRED3(is_kernel, OneOp(convolution.parts, shape).kernel(), "conv2d", "conv2d_depthwise") << size;
  }
}

// One kernel element, no padding, stride 1: rows of the output follow each other as those of the input do.
TEST_P(Convolutions, Pointwise) {
  std::mt19937 random(43);
  for (const uint32_t outputs : {2u, 3u, 64u}) {
    OpParts op;
    op.type = fb::OpAttributes_Conv2d;
    const Shape32 weight_shape = {outputs, 5, 1, 1}, shape = {3, 5, 17, 19};
    const Convolution convolution(&op, form(), random, weight_shape, outputs);
    const Tensor x = random_tensor(random, shape);
    convolution.expect(
        shape, x, testing::reference_conv2d(array_of(shape, x), convolution.weight, weight_shape, convolution.bias, op),
        op);
  }
}

TEST_P(Convolutions, PanelsDependOnNeitherThreadsNorBatch) {
  std::mt19937 random(44);
  OpParts op;
  op.type = fb::OpAttributes_Conv2d;
  op.groups = 2;
  op.pad_top = op.pad_left = 1;
  const Convolution convolution(&op, form(), random, {260, 7, 3, 3}, 260);
  const Shape32 shape = {3, 14, 13, 12};
  ASSERT_PRED3(is_kernel, OneOp(convolution.parts, {shape}).kernel(), "conv2d_panels", "conv2d");
  expect_independence(convolution.parts, shape, random_tensor(random, shape));
}

// ---- Conv1d ----

TEST_P(Convolutions, Conv1d) {
  std::mt19937 random(45);
  std::set<std::string> kernels;
  for (int i = 0; i < 120; ++i) {
    const uint32_t groups = pick(random, 1, 3), channels = groups * pick(random, 1, 5);
    const uint32_t outputs = groups * (i % 4 == 0 ? pick(random, 70, 90) : pick(random, 1, 3));
    OpParts op;
    op.type = fb::OpAttributes_Conv1d;
    op.groups = groups;
    op.stride_w = pick(random, 1, 4);
    op.dilation_w = pick(random, 1, 4);
    op.pad_left = pick(random, 0, 5);
    op.pad_right = pick(random, 0, 5);
    const uint32_t kernel = pick(random, 1, 5);
    const Convolution convolution(&op, form(), random, {outputs, channels / groups, kernel}, outputs);
    const uint32_t length = pick(random, op.dilation_w * (kernel - 1) + 1, 80), batch = pick(random, 1, 3);
    const Shape32 shape = {batch, channels, length};
    const Tensor x = random_tensor(random, shape);
    Array4 expected = testing::reference_conv2d(array_of({batch, channels, 1, length}, x), convolution.weight,
                                                {outputs, channels / groups, 1, kernel}, convolution.bias, op);
    expected.shape.erase(expected.shape.begin() + 2);
    convolution.expect(shape, x, expected, op, i % 5 == 0);
    kernels.insert(OneOp(convolution.parts, {shape}).kernel());
  }
  EXPECT_GE(kernels.size(), 2u);
  for (const std::string& name : kernels)
    EXPECT_TRUE(is_kernel(name, "conv1d", "conv1d_depthwise") || is_kernel(name, "conv1d_panels", "conv1d")) << name;
}

TEST_P(Convolutions, Conv1dDependsOnNeitherThreadsNorBatch) {
  std::mt19937 random(46);
  OpParts op;
  op.type = fb::OpAttributes_Conv1d;
  op.pad_left = 2;
  const Convolution convolution(&op, form(), random, {70, 9, 5}, 70);
  expect_independence(convolution.parts, {3, 9, 100}, random_tensor(random, {3, 9, 100}));
}

// ---- ConvTranspose2d ----

// Each input element adds a scaled kernel to a full result, of which the paddings are cut off.
Array4 reference_conv_transpose2d(const Array4& x, const Tensor& weight, const Shape32& ws, const Tensor& bias,
                                  const OpParts& op) {
  const int64_t full_h = int64_t{x.shape[2] - 1} * op.stride_h + int64_t{op.dilation_h} * (ws[2] - 1) + 1;
  const int64_t full_w = int64_t{x.shape[3] - 1} * op.stride_w + int64_t{op.dilation_w} * (ws[3] - 1) + 1;
  const uint32_t outputs = ws[1] * op.groups, group_channels = ws[0] / op.groups;
  Array4 full = {{x.shape[0], outputs, static_cast<uint32_t>(full_h), static_cast<uint32_t>(full_w)}, {}};
  full.values.assign(size_t{x.shape[0]} * outputs * full.shape[2] * full.shape[3], 0.0);
  for (uint32_t n = 0; n < x.shape[0]; ++n)
    for (uint32_t c = 0; c < ws[0]; ++c)
      for (uint32_t y = 0; y < x.shape[2]; ++y)
        for (uint32_t column = 0; column < x.shape[3]; ++column)
          for (uint32_t o = 0; o < ws[1]; ++o)
            for (uint32_t i = 0; i < ws[2]; ++i)
              for (uint32_t j = 0; j < ws[3]; ++j) {
                const uint32_t output = c / group_channels * ws[1] + o;
                const size_t fy = size_t{y} * op.stride_h + size_t{op.dilation_h} * i;
                const size_t fx = size_t{column} * op.stride_w + size_t{op.dilation_w} * j;
                full.values[((size_t{n} * outputs + output) * full.shape[2] + fy) * full.shape[3] + fx] +=
                    element(x, {n, c, y, column}) * weight[((size_t{c} * ws[1] + o) * ws[2] + i) * ws[3] + j];
              }
  return testing::generate(
      {x.shape[0], outputs, full.shape[2] - op.pad_top - op.pad_bottom, full.shape[3] - op.pad_left - op.pad_right},
      [&](const Shape32& at) {
        return element(full, {at[0], at[1], at[2] + op.pad_top, at[3] + op.pad_left}) +
               (bias.empty() ? 0.0 : bias[at[1]]);
      });
}

TEST_P(Convolutions, ConvTranspose2d) {
  std::mt19937 random(47);
  for (int i = 0; i < 150; ++i) {
    const uint32_t groups = pick(random, 1, 3);
    OpParts op;
    op.type = fb::OpAttributes_ConvTranspose2d;
    op.groups = groups;
    op.stride_h = pick(random, 1, 3);
    op.stride_w = pick(random, 1, 3);
    op.dilation_h = pick(random, 1, 3);
    op.dilation_w = pick(random, 1, 3);
    const Shape32 weight_shape = {groups * pick(random, 1, 3), pick(random, 1, 3), pick(random, 1, 4),
                                  pick(random, 1, 4)};
    const Shape32 shape = {pick(random, 1, 3), weight_shape[0], pick(random, 1, 7), pick(random, 1, 7)};
    // Padding may be more than the kernel, as long as something is left.
    const uint32_t full_h = (shape[2] - 1) * op.stride_h + op.dilation_h * (weight_shape[2] - 1) + 1;
    const uint32_t full_w = (shape[3] - 1) * op.stride_w + op.dilation_w * (weight_shape[3] - 1) + 1;
    op.pad_top = pick(random, 0, std::min(full_h - 1, 4u));
    op.pad_left = pick(random, 0, std::min(full_w - 1, 4u));
    op.pad_bottom = pick(random, 0, std::min(full_h - op.pad_top - 1, 4u));
    op.pad_right = pick(random, 0, std::min(full_w - op.pad_left - 1, 4u));
    const Convolution convolution(&op, form(), random, weight_shape, weight_shape[1] * groups);
    const Tensor x = random_tensor(random, shape);
    convolution.expect(
        shape, x,
        reference_conv_transpose2d(array_of(shape, x), convolution.weight, weight_shape, convolution.bias, op), op,
        i % 5 == 0);
  }
}

// A sparse row is cut into segments of 65,536 columns, and each output channel reads a part of it.
TEST_P(Convolutions, ConvTranspose2dWithLongRows) {
  std::mt19937 random(48);
  OpParts op;
  op.type = fb::OpAttributes_ConvTranspose2d;
  const Shape32 weight_shape = {2, 2100, 8, 8}, shape = {1, 2, 1, 2};
  const Convolution convolution(&op, form(), random, weight_shape, 2100);
  const Tensor x = random_tensor(random, shape);
  convolution.expect(
      shape, x, reference_conv_transpose2d(array_of(shape, x), convolution.weight, weight_shape, convolution.bias, op),
      op);
}

TEST_P(Convolutions, ConvTranspose2dDependsOnNeitherThreadsNorBatch) {
  std::mt19937 random(49);
  OpParts op;
  op.type = fb::OpAttributes_ConvTranspose2d;
  op.groups = 2;
  op.stride_h = op.stride_w = 2;
  const Convolution convolution(&op, form(), random, {6, 5, 3, 3}, 10);
  const Shape32 shape = {3, 6, 30, 31};
  expect_independence(convolution.parts, shape, random_tensor(random, shape));
}

TEST(ConvTranspose2d, MacsAreWeightsTimesInputElements) {
  std::mt19937 random(50);
  OpParts op;
  op.type = fb::OpAttributes_ConvTranspose2d;
  op.stride_h = op.stride_w = 2;
  const Convolution convolution(&op, WeightForm::kDense, random, {3, 4, 2, 2}, 4);
  EXPECT_EQ(OneOp(convolution.parts, {{2, 3, 5, 6}}).macs(), 3u * 4 * 2 * 2 * 5 * 6);
}

// ---- Refusals ----

// A convolution with a dense weight of this shape.
std::function<void(ModelParts&)> conv(fb::OpAttributes type, Shape32 weight_shape,
                                      std::function<void(ModelParts&, OpParts&)> change = {}) {
  return [=](ModelParts& m) {
    OpParts op;
    op.type = type;
    op.weight = m.dense(weight_shape, Tensor(testing::elements_of(weight_shape), 1.0f));
    if (change) change(m, op);
    m.ops = {op};
  };
}

constexpr fb::OpAttributes k1d = fb::OpAttributes_Conv1d, kTransposed = fb::OpAttributes_ConvTranspose2d;

const Refusal kRefusals[] = {
    {"Conv1dRank", conv(k1d, {2, 3, 1}), {1, 3, 4, 5}, DCM_GRAPH_SHAPE, "[B, 3, 4, 5], expected 3 dimensions (NCL)"},
    {"Conv1dNoGroups",
     conv(k1d, {2, 3, 1}, [](ModelParts&, OpParts& o) { o.groups = 0; }),
     {1, 3, 4},
     DCM_GRAPH_ATTRIBUTE,
     "groups is 0"},
    {"Conv1dGroupsOfInputs",
     conv(k1d, {2, 3, 1}, [](ModelParts&, OpParts& o) { o.groups = 2; }),
     {1, 3, 4},
     DCM_GRAPH_SHAPE,
     "2 groups do not divide the 3 channels"},
    {"Conv1dGroupsOfOutputs",
     conv(k1d, {3, 2, 1}, [](ModelParts&, OpParts& o) { o.groups = 2; }),
     {1, 4, 4},
     DCM_GRAPH_SHAPE,
     "2 groups do not divide its 3 output channels"},
    {"Conv1dWeightRank",
     conv(k1d, {2, 3, 1, 1}),
     {1, 3, 4},
     DCM_GRAPH_SHAPE,
     "its weight has shape [2, 3, 1, 1], expected [outputs, 3, width] for 3 channels in 1 groups"},
    {"Conv1dWeightChannels", conv(k1d, {2, 4, 1}), {1, 3, 4}, DCM_GRAPH_SHAPE, "its weight has shape [2, 4, 1]"},
    {"Conv1dBias",
     conv(k1d, {2, 3, 1}, [](ModelParts& m, OpParts& o) { o.bias = m.dense({3}, Tensor(3)); }),
     {1, 3, 4},
     DCM_GRAPH_SHAPE,
     "its bias has shape [3], expected [2]"},
    {"Conv1dStride0",
     conv(k1d, {2, 3, 1}, [](ModelParts&, OpParts& o) { o.stride_w = 0; }),
     {1, 3, 4},
     DCM_GRAPH_ATTRIBUTE,
     "stride of its width is 0"},
    {"Conv1dDilation",
     conv(k1d, {2, 3, 1}, [](ModelParts&, OpParts& o) { o.dilation_w = 65536; }),
     {1, 3, 4},
     DCM_GRAPH_ATTRIBUTE,
     "dilation of its width is 65536"},
    {"Conv1dPadding",
     conv(k1d, {2, 3, 1}, [](ModelParts&, OpParts& o) { o.pad_right = 65536; }),
     {1, 3, 4},
     DCM_GRAPH_ATTRIBUTE,
     "padding after of its width is 65536"},
    {"Conv1dKernel", conv(k1d, {1, 1, 65536}), {1, 1, 70000}, DCM_GRAPH_ATTRIBUTE, "kernel of its width is 65536"},
    {"Conv1dWindow",
     conv(k1d, {2, 3, 5}, [](ModelParts&, OpParts& o) { o.dilation_w = 2; }),
     {1, 3, 8},
     DCM_GRAPH_SHAPE,
     "a window that spans 9 does not fit a padded width of 8"},
    {"Conv1dActivation",
     conv(k1d, {2, 3, 1}, [](ModelParts&, OpParts& o) { o.activation = static_cast<fb::Activation>(9); }),
     {1, 3, 4},
     DCM_GRAPH_OPERATOR,
     "activation 9"},
    {"TransposedRank", conv(kTransposed, {3, 2, 1, 1}), {1, 3, 4}, DCM_GRAPH_SHAPE, "expected 4 dimensions (NCHW)"},
    {"TransposedGroups",
     conv(kTransposed, {3, 2, 1, 1}, [](ModelParts&, OpParts& o) { o.groups = 2; }),
     {1, 3, 4, 4},
     DCM_GRAPH_SHAPE,
     "2 groups do not divide the 3 channels"},
    {"TransposedNoGroups",
     conv(kTransposed, {3, 2, 1, 1}, [](ModelParts&, OpParts& o) { o.groups = 0; }),
     {1, 3, 4, 4},
     DCM_GRAPH_ATTRIBUTE,
     "groups is 0"},
    {"TransposedWeight",
     conv(kTransposed, {2, 3, 1, 1}),
     {1, 3, 4, 4},
     DCM_GRAPH_SHAPE,
     "its weight has shape [2, 3, 1, 1], expected [3, outputs / groups, height, width]"},
    {"TransposedBias",
     conv(kTransposed, {4, 3, 1, 1}, [](ModelParts& m, OpParts& o) { o.bias = m.dense({3}, Tensor(3)), o.groups = 2; }),
     {1, 4, 4, 4},
     DCM_GRAPH_SHAPE,
     "its bias has shape [3], expected [6]"},
    {"TransposedNothingLeft",
     conv(kTransposed, {3, 2, 3, 1}, [](ModelParts&, OpParts& o) { o.pad_top = 4, o.pad_bottom = 2; }),
     {1, 3, 4, 4},
     DCM_GRAPH_SHAPE,
     "paddings of 4 and 2 leave nothing of a full height of 6"},
    {"TransposedStride",
     conv(kTransposed, {3, 2, 3, 1}, [](ModelParts&, OpParts& o) { o.stride_h = 65536; }),
     {1, 3, 4, 4},
     DCM_GRAPH_ATTRIBUTE,
     "stride of its height is 65536"},
    {"TransposedTooWide",
     conv(kTransposed, {1, 1, 1, 1}, [](ModelParts&, OpParts& o) { o.stride_w = 65535; }),
     {1, 1, 1, 40000},
     DCM_GRAPH_SHAPE,
     "its output's width is 2621334466"},
    {"TransposedTooManyElements",
     conv(kTransposed, {1, 1, 1, 1}, [](ModelParts&, OpParts& o) { o.stride_w = o.stride_h = 65535; }),
     {1, 1, 2, 32769},
     DCM_GRAPH_SHAPE,
     "2^31"},
};

class ConvolutionRefusals : public ::testing::TestWithParam<Refusal> {};
INSTANTIATE_TEST_SUITE_P(Each, ConvolutionRefusals, ::testing::ValuesIn(kRefusals),
                         [](const auto& tested) { return std::string(tested.param.name); });
TEST_P(ConvolutionRefusals, WithCodeAndWords) {
  expect_refused(GetParam());
}

}  // namespace
}  // namespace dcm
