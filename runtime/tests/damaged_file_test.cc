// Damage anywhere in a file is refused or changes values, never more. Under ASan and UBSan this is the proof of "a file
// that opens is safe to run".
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

#include "packed_file.h"
#include "small_network.h"
#include "wide_network.h"

namespace dcm {
namespace {

using testing::Bytes;
using testing::Opened;
using testing::Tensor;

// Opens and, if that works, runs. Small limits: a flipped bit may ask for a large network, which is none of this test's
// business.
class Victim {
 public:
  explicit Victim(uint32_t skip_checksum) {
    options_.memory_limit = 8 << 20;
    options_.skip_checksum = skip_checksum;
  }

  // The code of opening; ran: the model opened and its outputs were computed.
  int load_and_run(const Bytes& bytes, bool* ran = nullptr, Tensor* result = nullptr) {
    if (ran != nullptr) *ran = false;
    const Opened opened = testing::open_bytes(bytes, &options_);
    EXPECT_EQ(opened.code == DCM_OK, opened.model != nullptr);
    if (opened.model == nullptr) {
      EXPECT_FALSE(opened.text.empty());
      EXPECT_TRUE(opened.code / 100 == 1 || opened.code / 100 == 2 || opened.code == DCM_MACHINE_LIMIT) << opened.text;
      return opened.code;
    }
    dcm_context* created = nullptr;
    if (dcm_context_create(opened.model.get(), &options_, &created, nullptr) != DCM_OK) return DCM_OK;
    const testing::ContextPointer context(created);
    std::vector<Tensor> inputs;
    for (size_t i = 0; i < dcm_model_input_count(opened.model.get()); ++i) {
      dcm_tensor_info info;
      EXPECT_EQ(dcm_model_input(opened.model.get(), i, &info, nullptr), DCM_OK);
      size_t elements = 1;
      for (uint32_t d = 0; d < info.rank; ++d) elements *= info.dims[d] < 0 ? 1 : static_cast<size_t>(info.dims[d]);
      if (elements > (4 << 20)) return DCM_OK;
      inputs.push_back(testing::small_input(static_cast<uint32_t>(elements / 72 + 1)));
      inputs.back().resize(elements);
    }
    for (size_t i = 0; i < dcm_model_output_count(opened.model.get()); ++i)
      if (testing::output_elements(opened.model.get(), i) > (4 << 20)) return DCM_OK;
    try {
      const std::vector<Tensor> outputs = testing::run_context(opened.model.get(), context.get(), inputs, 1);
      if (ran != nullptr) *ran = true;
      if (result != nullptr) *result = outputs[0];
    } catch (const std::runtime_error& refused) {  // an index that is none: all that may still go wrong
      EXPECT_NE(std::string(refused.what()).find("Embedding"), std::string::npos) << refused.what();
    }
    return DCM_OK;
  }

 private:
  dcm_options options_ = DCM_OPTIONS_DEFAULT;
};

// The small network in both forms.
class DamagedFile : public ::testing::TestWithParam<bool> {
 protected:
  const Bytes plain_ = testing::small_network().build();
  const Bytes bytes_ = GetParam() ? testing::packed_file(plain_) : plain_;
};

INSTANTIATE_TEST_SUITE_P(Forms, DamagedFile, ::testing::Bool(),
                         [](const auto& test) { return std::string(test.param ? "packed" : "plain"); });

TEST_P(DamagedFile, TruncatedAtEveryLength) {
  const Bytes& bytes = bytes_;
  Victim victim(0);
  Tensor expected;
  ASSERT_EQ(victim.load_and_run(bytes, nullptr, &expected), DCM_OK);
  for (size_t size = 0; size < bytes.size(); ++size) {
    // A block of exactly that size, so that ASan sees a read behind it.
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
    Tensor result;
    const int code = victim.load_and_run(cut, nullptr, &result);
    if (size < 8) {
      EXPECT_EQ(code, DCM_FILE_FORMAT) << size;
    } else if (size + 16 < bytes.size()) {
      EXPECT_EQ(code, DCM_FILE_STRUCTURE) << size;
    } else if (code == DCM_OK) {  // only alignment at the very end is missing
      EXPECT_EQ(result, expected) << size;
    }
  }
}

TEST_P(DamagedFile, EveryBitFlipped) {
  const Bytes& bytes = bytes_;
  for (uint32_t skip_checksum : {0u, 1u}) {
    Victim victim(skip_checksum);
    int refused = 0, opened = 0;
    for (size_t i = 0; i < bytes.size() * 8; ++i) {
      Bytes flipped = bytes;
      flipped[i / 8] = static_cast<uint8_t>(flipped[i / 8] ^ 1u << i % 8);
      ++(victim.load_and_run(flipped) == DCM_OK ? opened : refused);
    }
    EXPECT_GT(refused, opened / 4) << "of " << bytes.size() * 8;
    EXPECT_GT(opened, 0);
  }
}

TEST_P(DamagedFile, FlipsInThePayloadAreSeenByTheChecksums) {
  const testing::ModelParts parts = testing::small_network();
  const Bytes& bytes = bytes_;
  const auto payload = std::search(bytes.begin(), bytes.end(), parts.payload.begin(), parts.payload.end());
  ASSERT_NE(payload, bytes.end());
  const size_t start = static_cast<size_t>(payload - bytes.begin());
  int refused = 0;
  Victim victim(0);
  for (size_t i = start * 8; i < (start + parts.payload.size()) * 8; ++i) {
    Bytes flipped = bytes;
    flipped[i / 8] = static_cast<uint8_t>(flipped[i / 8] ^ 1u << i % 8);
    refused += victim.load_and_run(flipped) == DCM_FILE_CHECKSUM;
  }
  // All but the padding between sections.
  EXPECT_GT(refused, static_cast<int>(parts.payload.size() * 8 * 3 / 4));
}

// Some bytes overwritten.
Bytes damage(const Bytes& bytes, std::mt19937& random) {
  Bytes damaged = bytes;
  for (uint32_t hits = 1 + random() % 8; hits > 0; --hits) {
    const size_t at = random() % damaged.size();
    switch (random() % 4) {
      case 0:
        damaged[at] = static_cast<uint8_t>(random());
        break;
      case 1:  // extreme numbers
        for (size_t k = at; k < std::min(at + 4, damaged.size()); ++k) damaged[k] = 0xFF;
        break;
      case 2:
        for (size_t k = at; k < std::min(at + 4, damaged.size()); ++k) damaged[k] = 0;
        break;
      default: {  // bytes from elsewhere in the file
        const size_t from = random() % damaged.size(), length = 1 + random() % 16;
        for (size_t k = 0; k < length && at + k < damaged.size() && from + k < damaged.size(); ++k)
          damaged[at + k] = bytes[from + k];
      }
    }
  }
  return damaged;
}

TEST_P(DamagedFile, RandomDamage) {
  std::mt19937 random(41);
  Victim victim(1);
  for (int i = 0; i < 20000; ++i) victim.load_and_run(damage(bytes_, random));
}

TEST(WideNetwork, HasEveryOperator) {
  std::set<int> types;
  for (const testing::OpParts& op : testing::wide_network().ops) types.insert(op.type);
  EXPECT_EQ(types.size(), size_t{testing::fb::OpAttributes_MAX});
}

TEST(WideNetwork, RunsWithAnyBatch) {
  const Opened opened = testing::open_bytes(testing::wide_network().build());
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  const uint32_t batch = 300;
  const Tensor x = testing::small_input(batch);
  const Tensor y = testing::run_model(opened.model.get(), {x}, batch, 3)[0];
  ASSERT_EQ(y.size(), batch * 5);
  for (const uint32_t n : {0u, 1u, 150u, 299u}) {
    const Tensor one(x.begin() + n * 72, x.begin() + (n + 1) * 72);
    EXPECT_EQ(testing::run_model(opened.model.get(), {one})[0], Tensor(y.begin() + n * 5, y.begin() + (n + 1) * 5));
  }
  EXPECT_NE(Tensor(y.begin(), y.begin() + 5), Tensor(y.begin() + 5, y.begin() + 10));
}

TEST(WideNetwork, Damaged) {
  const Bytes plain = testing::wide_network().build();
  std::mt19937 random(42);
  for (uint32_t skip_checksum : {0u, 1u}) {
    const Bytes bytes = skip_checksum ? testing::packed_file(plain) : plain;
    Victim victim(skip_checksum);
    for (size_t i = 0; i < bytes.size(); ++i) {
      Bytes flipped = bytes;
      flipped[i] = static_cast<uint8_t>(flipped[i] ^ 1u << random() % 8);
      victim.load_and_run(flipped);
    }
    for (int i = 0; i < 10000; ++i) victim.load_and_run(damage(bytes, random));
  }
}

TEST(NotADcmodel, IsRefused) {
  Victim victim(0);
  EXPECT_EQ(victim.load_and_run({}), DCM_FILE_FORMAT);
  const std::string text = "This is a text file, and rather a long one for its kind.";
  EXPECT_EQ(victim.load_and_run(Bytes(text.begin(), text.end())), DCM_FILE_FORMAT);
  EXPECT_EQ(victim.load_and_run(Bytes(1000, 0)), DCM_FILE_FORMAT);
  EXPECT_EQ(victim.load_and_run({4, 0, 0, 0, 'D', 'C', 'M', '1'}), DCM_FILE_STRUCTURE);
}

TEST_P(DamagedFile, BytesBehindTheFileAreIgnored) {
  Bytes bytes = bytes_;
  Victim victim(0);
  Tensor expected, result;
  ASSERT_EQ(victim.load_and_run(bytes, nullptr, &expected), DCM_OK);
  bytes.resize(bytes.size() + 1001, 0xAB);
  EXPECT_EQ(victim.load_and_run(bytes, nullptr, &result), DCM_OK);
  EXPECT_EQ(result, expected);
}

TEST_P(DamagedFile, AnyMemoryLimitLoadsTheWholeOneOrRefuses) {
  const Bytes& bytes = bytes_;
  bool loaded = false;
  for (uint64_t limit = 0; !loaded; limit += 61) {
    dcm_options options = DCM_OPTIONS_DEFAULT;
    options.memory_limit = limit;
    options.threads = 2;
    const Opened opened = testing::open_bytes(bytes, &options);
    loaded = opened.code == DCM_OK;
    ASSERT_TRUE(loaded || opened.code == DCM_MACHINE_LIMIT) << limit << ": " << opened.text;
    ASSERT_LT(limit, 1u << 20);
  }
}

}  // namespace
}  // namespace dcm
