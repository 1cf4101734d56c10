// Section 9 of docs/format.md: a packed model says what the plain one does, and nothing but a packed model is taken for
// one.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "format/expand_model.h"
#include "format/schema.h"
#include "packed_file.h"
#include "small_network.h"
#include "wide_network.h"

namespace dcm::encoder {
namespace {

using testing::Bytes;
using testing::ModelParts;
using testing::Opened;
using testing::packed_file;
using testing::packed_form;
using testing::Tensor;

Status expand(const Bytes& form, Bytes* model = nullptr) {
  MemoryBudget budget(1 << 26);
  Array<uint8_t> expanded;
  const Bytes exact(form);  // a block of that size: ASan sees a read behind it
  DCM_TRY(expand_model(exact.data(), exact.size(), budget, &expanded));
  if (model != nullptr) model->assign(expanded.begin(), expanded.end());
  return {};
}

TEST(PackModel, AnExpandedModelPacksToTheSameBytes) {
  for (const Bytes& plain : {testing::small_network().build(), testing::wide_network().build()}) {
    const Bytes form = packed_form(plain);
    Bytes model;
    ASSERT_EQ(expand(form, &model).code(), DCM_OK);
    EXPECT_EQ(packed_form(model), form);
    EXPECT_LT(form.size() * 2, model.size());
  }
}

TEST(PackModel, APackedFileComputesWhatThePlainOneDoes) {
  const Bytes plain = testing::small_network().build();
  const Bytes packed = packed_file(plain);
  const Opened one = testing::open_bytes(plain), other = testing::open_bytes(packed);
  ASSERT_EQ(one.code, DCM_OK) << one.text;
  ASSERT_EQ(other.code, DCM_OK) << other.text;
  const Tensor input = testing::small_input(3);
  EXPECT_EQ(testing::run_model(one.model.get(), {input}, 3), testing::run_model(other.model.get(), {input}, 3));
}

TEST(PackModel, EveryTruncationIsRefused) {
  const Bytes plain = testing::wide_network().build(), form = packed_form(plain);
  for (size_t size = 0; size < form.size(); ++size) {
    const Status status = expand(Bytes(form.begin(), form.begin() + static_cast<ptrdiff_t>(size)));
    EXPECT_EQ(status.code(), DCM_FILE_STRUCTURE) << size;
  }
  Bytes longer = form;
  longer.push_back(0);
  EXPECT_NE(std::string(expand(longer).text()).find("1 bytes behind its end"), std::string::npos);
}

TEST(PackModel, EveryFlippedBitIsRefusedOrExpandsToSomethingTheLoaderJudges) {
  const Bytes plain = testing::small_network().build(), form = packed_form(plain);
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.memory_limit = 8 << 20;
  size_t refused = 0;
  for (size_t bit = 0; bit < 8 * form.size(); ++bit) {
    Bytes damaged = form;
    damaged[bit / 8] = static_cast<uint8_t>(damaged[bit / 8] ^ 1u << bit % 8);
    const Opened opened = testing::open_bytes(packed_file(damaged, plain), &options);
    refused += opened.code != DCM_OK;
    EXPECT_TRUE(opened.code == DCM_OK || !opened.text.empty());
  }
  EXPECT_GT(refused, 8 * form.size() / 4);
}

struct Refusal {
  const char* name;
  Bytes form;
  int code;
  const char* words;
};

class PackedForm : public ::testing::TestWithParam<Refusal> {};

TEST_P(PackedForm, IsRefused) {
  const Status status = expand(GetParam().form);
  EXPECT_EQ(status.code(), GetParam().code);
  EXPECT_NE(std::string(status.text()).find(GetParam().words), std::string::npos) << status.text();
}

const Refusal kRefusals[] = {
    {"Empty", {}, DCM_FILE_STRUCTURE, "ends too early"},
    {"UnknownField", {0x80, 0x02}, DCM_FILE_VERSION, "field 8 of 8: it needs a newer runtime"},
    {"Version", {0x01, 0x01}, DCM_FILE_STRUCTURE, "never packed"},
    {"Payload", {0x20, 0x00}, DCM_FILE_STRUCTURE, "never packed"},
    {"SuperfluousByte", {0x82, 0x00}, DCM_FILE_STRUCTURE, "superfluous"},
    {"LongNumber", {0x80, 0x80, 0x80, 0x80, 0x80, 0x01}, DCM_FILE_STRUCTURE, "more than 5 bytes"},
    {"LargeNumber", {0x80, 0x80, 0x80, 0x80, 0x10}, DCM_FILE_STRUCTURE, "above 4294967295"},
    // Model with weights: more of them than there are bytes; one of type 0, of type 4; a chunk's stream of 65,536
    // bytes.
    {"ManyWeights", {0x04, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}, DCM_FILE_STRUCTURE, "ends too early"},
    {"TypeZero", {0x04, 0x01, 0x02, 0x00}, DCM_FILE_STRUCTURE, "type 0"},
    {"UnknownType", {0x04, 0x01, 0x02, 0x04}, DCM_GRAPH_OPERATOR, "a weight of type 4: it needs a newer runtime"},
    {"UnknownOperator", {0x08, 0x01, 0x02, 0x34}, DCM_GRAPH_OPERATOR, "an operator of type 52"},
    {"LongStream",
     {0x04, 0x01, 0x02, 0x02, 0x08, 0x01, 1, 1, 1, 1, 0, 0, 0, 0, 0x80, 0x80, 0x04},
     DCM_FILE_STRUCTURE,
     "above 65535"},
};

INSTANTIATE_TEST_SUITE_P(All, PackedForm, ::testing::ValuesIn(kRefusals),
                         [](const auto& test) { return std::string(test.param.name); });

// Parts beside it: tests/attacks/packed_attacks.py.
TEST(PackModel, AFileOfVersion2HasAPackedModel) {
  ModelParts parts = testing::small_network();
  parts.version = 2;
  const Opened without = testing::open_bytes(parts.build());
  EXPECT_EQ(without.code, DCM_FILE_STRUCTURE);
  EXPECT_NE(without.text.find("no packed model"), std::string::npos) << without.text;
}

TEST(PackModel, AnUnpackedFileIsSoundAndSaysWhatThePackedOneDoes) {
  for (const Bytes& plain : {testing::small_network().build(), testing::wide_network().build()}) {
    const Bytes packed = packed_file(plain), unpacked = testing::unpacked_file(packed);
    flatbuffers::Verifier verifier(unpacked.data(), unpacked.size());
    ASSERT_TRUE(fb::VerifyModelBuffer(verifier));
    EXPECT_EQ(fb::GetModel(unpacked.data())->version(), 2);
    EXPECT_EQ(packed_file(unpacked), packed);
  }
}

}  // namespace
}  // namespace dcm::encoder
