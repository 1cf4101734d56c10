// Sections 2, 3 and 7 of docs/format.md: what is refused, with which code and which words.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "small_network.h"

namespace dcm {
namespace {

using testing::ModelParts;
using testing::Opened;
using testing::OpParts;
using testing::small_network;
namespace fb = testing::fb;

enum SmallOps { kConv, kGrouped, kAdd, kRelu, kPool, kFlatten, kLinear, kSoftmax };

struct Refusal {
  const char* name;
  std::function<void(ModelParts&)> spoil;
  int code;
  const char* words;  // part of the text
};

class Refused : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithCodeAndWords) {
  ModelParts parts = small_network();
  GetParam().spoil(parts);
  const Opened opened = testing::open_bytes(parts.build());
  EXPECT_EQ(opened.model, nullptr);
  EXPECT_EQ(dcm_code_name(opened.code), std::string(dcm_code_name(GetParam().code))) << opened.text;
  EXPECT_NE(opened.text.find(GetParam().words), std::string::npos) << opened.text;
}

const Refusal kGraphRefusals[] = {
    {"NewerVersion", [](ModelParts& m) { m.version = 3; }, DCM_FILE_VERSION, "newer runtime"},
    {"VersionZero", [](ModelParts& m) { m.version = 0; }, DCM_FILE_VERSION, "version 0"},
    {"NoInputs", [](ModelParts& m) { m.inputs.clear(); }, DCM_GRAPH_REFERENCE, "no inputs"},
    {"NoOps", [](ModelParts& m) { m.ops.clear(); }, DCM_GRAPH_REFERENCE, "no operators"},
    {"NoOutputs", [](ModelParts& m) { m.outputs.clear(); }, DCM_GRAPH_REFERENCE, "no outputs"},
    {"InputRank0", [](ModelParts& m) { m.inputs[0].shape = {}; }, DCM_GRAPH_SHAPE, "input 'picture': has 0 dimensions"},
    {"InputRank9", [](ModelParts& m) { m.inputs[0].shape.assign(9, 1); }, DCM_GRAPH_SHAPE, "9 dimensions"},
    {"InputSize0", [](ModelParts& m) { m.inputs[0].shape[2] = 0; }, DCM_GRAPH_SHAPE, "dimension 2 is 0"},
    {"InputBatchNotFirst", [](ModelParts& m) { m.inputs[0].shape[1] = -1; }, DCM_GRAPH_SHAPE, "dimension 1 is -1"},
    {"InputBatchMinus2", [](ModelParts& m) { m.inputs[0].shape[0] = -2; }, DCM_GRAPH_SHAPE, "dimension 0 is -2"},
    {"InputTooLarge", [](ModelParts& m) { m.inputs[0].shape = {-1, 65536, 32768, 1}; }, DCM_GRAPH_SHAPE, "2^31"},
    {"InputOverflows", [](ModelParts& m) { m.inputs[0].shape.assign(8, 0x7FFFFFFF); }, DCM_GRAPH_SHAPE, "2^31"},
    {"BatchOnSomeInputs", [](ModelParts& m) { m.inputs.push_back({"other", {2, 3}}); }, DCM_GRAPH_SHAPE,
     "no batch dimension"},
    {"InputNamesEqual", [](ModelParts& m) { m.inputs.push_back(m.inputs[0]); }, DCM_GRAPH_REFERENCE,
     "two inputs are named 'picture'"},
    {"OutputNamesEqual", [](ModelParts& m) { m.outputs.push_back({"scores", 0}); }, DCM_GRAPH_REFERENCE,
     "two outputs are named 'scores'"},
    {"OutputValue", [](ModelParts& m) { m.outputs[0].value = 9; }, DCM_GRAPH_REFERENCE,
     "output 'scores' is value 9 of 9"},
    {"NameNotUtf8", [](ModelParts& m) { m.inputs[0].name = "\xFF"; }, DCM_FILE_STRUCTURE, "not UTF-8"},
    {"OpNameNotUtf8", [](ModelParts& m) { m.ops[kRelu].name = "a\xC3"; }, DCM_FILE_STRUCTURE, "not UTF-8"},
    {"KeyTwice", [](ModelParts& m) { m.entries.push_back(m.entries[0]); }, DCM_GRAPH_REFERENCE,
     "metadata entries are named 'dataset'"},
    {"LabelNotUtf8", [](ModelParts& m) { m.labels[1] = "\x80"; }, DCM_FILE_STRUCTURE, "label"},
    {"UnknownOp", [](ModelParts& m) { m.ops[kRelu].type = static_cast<fb::OpAttributes>(52); }, DCM_GRAPH_OPERATOR,
     "operator 3 'relu' has type 52: it needs a newer runtime"},
    {"UnknownActivation", [](ModelParts& m) { m.ops[kConv].activation = static_cast<fb::Activation>(9); },
     DCM_GRAPH_OPERATOR, "Conv2d 'features.0' (operator 0): has activation 9"},
    {"ReadsItself", [](ModelParts& m) { m.ops[kRelu].inputs = {{4}}; }, DCM_GRAPH_REFERENCE,
     "Relu 'relu' (operator 3): reads value 4"},
    {"ReadsTheFuture", [](ModelParts& m) { m.ops[kAdd].inputs = {{1, 77}}; }, DCM_GRAPH_REFERENCE, "reads value 77"},
    {"TooManyInputs", [](ModelParts& m) { m.ops[kRelu].inputs = {{0, 1}}; }, DCM_GRAPH_REFERENCE,
     "reads 2 values, expected 1"},
    {"TooFewInputs", [](ModelParts& m) { m.ops[kAdd].inputs = {{1}}; }, DCM_GRAPH_REFERENCE,
     "reads 1 values, expected 2"},
    {"AddWithoutInputs", [](ModelParts& m) { m.ops[kAdd].inputs.reset(); }, DCM_GRAPH_REFERENCE,
     "reads 1 values, expected 2"},
    {"NoInputsAtAll", [](ModelParts& m) { m.ops[kRelu].inputs = std::vector<uint32_t>{}; }, DCM_GRAPH_REFERENCE,
     "reads 0 values"},
    {"AddOfTwoShapes", [](ModelParts& m) { m.ops[kAdd].inputs = {{0, 2}}; }, DCM_GRAPH_SHAPE,
     "[B, 2, 6, 6] and [B, 4, 6, 6]"},
    {"WeightIndex", [](ModelParts& m) { m.ops[kConv].weight = 6; }, DCM_GRAPH_REFERENCE, "its weight is weight 6 of 5"},
    {"BiasIndex", [](ModelParts& m) { m.ops[kConv].bias = 1000; }, DCM_GRAPH_REFERENCE, "its bias is weight 1000"},
    {"WeightIsNoBias", [](ModelParts& m) { m.ops[kConv].weight = 0xFFFFFFFF; }, DCM_GRAPH_REFERENCE,
     "its weight is weight 4294967295"},
    {"BiasIsSparse", [](ModelParts& m) { m.ops[kConv].bias = 0; }, DCM_GRAPH_REFERENCE, "its bias is a sparse weight"},
    {"BiasSize", [](ModelParts& m) { m.ops[kConv].bias = 4; }, DCM_GRAPH_SHAPE, "its bias has shape [3], expected [4]"},
    {"LinearSize", [](ModelParts& m) { m.inputs[0].shape[3] = 8; }, DCM_GRAPH_SHAPE,
     "Linear 'classifier' (operator 6): its weight has shape [3, 36], expected [outputs, 48]"},
    {"ConvOnRank2",
     [](ModelParts& m) {
       m.ops[kConv].inputs = {{0}};
       m.inputs[0].shape = {-1, 72};
     },
     DCM_GRAPH_SHAPE, "4 dimensions"},
    {"ConvChannels", [](ModelParts& m) { m.inputs[0].shape[1] = 3; }, DCM_GRAPH_SHAPE,
     "its weight has shape [4, 2, 3, 3]"},
    {"ConvGroups0", [](ModelParts& m) { m.ops[kConv].groups = 0; }, DCM_GRAPH_ATTRIBUTE, "groups is 0"},
    {"ConvGroupsOfInput", [](ModelParts& m) { m.ops[kConv].groups = 3; }, DCM_GRAPH_SHAPE,
     "3 groups do not divide the 2 channels"},
    {"ConvStride0", [](ModelParts& m) { m.ops[kConv].stride_h = 0; }, DCM_GRAPH_ATTRIBUTE, "stride of its height is 0"},
    {"ConvDilation0", [](ModelParts& m) { m.ops[kConv].dilation_w = 0; }, DCM_GRAPH_ATTRIBUTE,
     "dilation of its width is 0"},
    {"ConvPadHuge", [](ModelParts& m) { m.ops[kConv].pad_left = 1u << 31; }, DCM_GRAPH_ATTRIBUTE,
     "padding before of its width is 2147483648"},
    {"ConvPad65536", [](ModelParts& m) { m.ops[kConv].pad_bottom = 65536; }, DCM_GRAPH_ATTRIBUTE,
     "padding after of its height is 65536"},
    {"ConvStrideHuge", [](ModelParts& m) { m.ops[kConv].stride_w = 0xFFFFFFFF; }, DCM_GRAPH_ATTRIBUTE,
     "stride of its width"},
    {"ConvWindowTooLarge", [](ModelParts& m) { m.ops[kConv].dilation_h = 4; }, DCM_GRAPH_SHAPE,
     "spans 9 does not fit a padded height of 8"},
    {"ConvOutputTooLarge", [](ModelParts& m) { m.ops[kConv].pad_left = m.ops[kConv].pad_top = 65535; }, DCM_GRAPH_SHAPE,
     "2^31"},
    {"PoolKernel0", [](ModelParts& m) { m.ops[kPool].kernel_h = 0; }, DCM_GRAPH_ATTRIBUTE, "kernel of its height is 0"},
    {"PoolPadding", [](ModelParts& m) { m.ops[kPool].pad_left = 2; }, DCM_GRAPH_ATTRIBUTE, "at most half its kernel"},
    {"PoolOnRank2",
     [](ModelParts& m) {
       m.ops[kPool].type = fb::OpAttributes_Flatten;
       m.ops[kPool].last_axis = 3;
       m.ops[kFlatten].type = fb::OpAttributes_MaxPool2d;
     },
     DCM_GRAPH_SHAPE, "4 dimensions"},
    {"PoolEmptyWindow",
     [](ModelParts& m) {
       m.inputs[0].shape = {-1, 2, 1, 6};
       m.ops[kConv].pad_top = m.ops[kConv].pad_bottom = 1;
       OpParts& p = m.ops[kPool];
       p.pad_top = p.pad_bottom = 1;
       p.dilation_h = 2;
     },
     DCM_GRAPH_SHAPE, "holds no element"},
    {"FlattenAxis0", [](ModelParts& m) { m.ops[kFlatten].first_axis = 0; }, DCM_GRAPH_ATTRIBUTE,
     "flattens axes 0 to 3"},
    {"FlattenReversed",
     [](ModelParts& m) {
       m.ops[kFlatten].first_axis = 3;
       m.ops[kFlatten].last_axis = 2;
     },
     DCM_GRAPH_ATTRIBUTE, "axes 3 to 2"},
    {"FlattenPastRank", [](ModelParts& m) { m.ops[kFlatten].last_axis = 4; }, DCM_GRAPH_ATTRIBUTE, "axes 1 to 4"},
    {"SoftmaxAxis0", [](ModelParts& m) { m.ops[kSoftmax].axis = 0; }, DCM_GRAPH_ATTRIBUTE, "axis is 0"},
    {"SoftmaxPastRank", [](ModelParts& m) { m.ops[kSoftmax].axis = 2; }, DCM_GRAPH_ATTRIBUTE, "axis is 2"},
};

INSTANTIATE_TEST_SUITE_P(Graph, Refused, ::testing::ValuesIn(kGraphRefusals),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Graph, LinearOfAVectorIsRefused) {
  ModelParts parts;
  parts.inputs = {{"x", {4}}};
  const uint32_t weight = parts.dense({2, 4}, testing::Tensor(8, 1.0f));
  parts.add(fb::OpAttributes_Linear, "fc").weight = weight;
  parts.outputs = {{"y", 1}};
  const Opened opened = testing::open_bytes(parts.build());
  EXPECT_EQ(opened.code, DCM_GRAPH_SHAPE);
  EXPECT_NE(opened.text.find("Linear 'fc' (operator 0): its input has shape [4], expected 2 dimensions"),
            std::string::npos)
      << opened.text;
}

TEST(Graph, ShapesOfInputsAndOutputs) {
  const Opened opened = testing::open_bytes(small_network().build());
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  dcm_tensor_info info;
  ASSERT_EQ(dcm_model_input(opened.model.get(), 0, &info, nullptr), DCM_OK);
  EXPECT_STREQ(info.name, "picture");
  EXPECT_EQ(std::vector<int64_t>(info.dims, info.dims + info.rank), (std::vector<int64_t>{-1, 2, 6, 6}));
  ASSERT_EQ(dcm_model_output(opened.model.get(), 0, &info, nullptr), DCM_OK);
  EXPECT_STREQ(info.name, "scores");
  EXPECT_EQ(std::vector<int64_t>(info.dims, info.dims + info.rank), (std::vector<int64_t>{-1, 3}));
}

TEST(Graph, PoolKeepsWindowsThatTouchTheInput) {
  // Dilation 2 over 2 rows with padding 1: taps at -1 and 1.
  ModelParts parts;
  parts.inputs = {{"x", {-1, 1, 2, 2}}};
  OpParts& pool = parts.add(fb::OpAttributes_MaxPool2d);
  pool.kernel_h = pool.kernel_w = 2;
  pool.dilation_h = pool.dilation_w = 2;
  pool.pad_top = pool.pad_bottom = pool.pad_left = pool.pad_right = 1;
  parts.outputs = {{"y", 1}};
  const Opened opened = testing::open_bytes(parts.build());
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  EXPECT_EQ(testing::run_model(opened.model.get(), {{1, 2, 3, 4}})[0], (testing::Tensor{4, 3, 2, 1}));
}

TEST(Graph, AFixedFirstDimension) {
  ModelParts parts;
  parts.inputs = {{"x", {3, 2}}};
  parts.add(fb::OpAttributes_Relu);
  parts.outputs = {{"y", 1}};
  const Opened opened = testing::open_bytes(parts.build());
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  dcm_tensor_info info;
  ASSERT_EQ(dcm_model_output(opened.model.get(), 0, &info, nullptr), DCM_OK);
  EXPECT_EQ(info.dims[0], 3);
  EXPECT_EQ(testing::run_model(opened.model.get(), {{-1, 2, -3, 4, -5, 6}})[0], (testing::Tensor{0, 2, 0, 4, 0, 6}));
}

TEST(Graph, OutputsThatAreInputsViewsOrTwins) {
  ModelParts parts;
  parts.inputs = {{"x", {-1, 2, 2}}};
  parts.add(fb::OpAttributes_Flatten).last_axis = 2;  // 1, a view of the input
  parts.add(fb::OpAttributes_Relu).inputs = {{0}};    // 2
  parts.add(fb::OpAttributes_Flatten).last_axis = 2;  // 3, a view of 2
  parts.outputs = {{"input", 0}, {"flat", 1}, {"relu", 2}, {"again", 2}, {"flat_relu", 3}};
  const Opened opened = testing::open_bytes(parts.build());
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  const testing::Tensor x = {1, -2, 3, -4, 5, -6, 7, -8}, relu = {1, 0, 3, 0, 5, 0, 7, 0};
  EXPECT_EQ(testing::run_model(opened.model.get(), {x}, 2), (std::vector<testing::Tensor>{x, x, relu, relu, relu}));
}

TEST(Graph, ManyOperatorsLoadInLinearTime) {
  ModelParts parts;
  parts.inputs = {{"x", {-1, 1}}};
  for (int i = 0; i < 100000; ++i) parts.add(fb::OpAttributes_Relu);
  parts.outputs = {{"y", parts.last_value()}};
  const Opened opened = testing::open_bytes(parts.build());
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  EXPECT_EQ(testing::run_model(opened.model.get(), {{5}})[0], testing::Tensor{5});
}

}  // namespace
}  // namespace dcm
