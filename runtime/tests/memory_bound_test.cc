// What a file may ask for grows with the file, not with what it says.
#include "format/memory_bound.h"

#include <gtest/gtest.h>

#include "core/array.h"
#include "small_network.h"

namespace dcm {
namespace {

TEST(MemoryBound, GrowsWithTheFileAndNeverWraps) {
  EXPECT_EQ(memory_bound(0), uint64_t{64} << 20);
  EXPECT_EQ(memory_bound(1000), (uint64_t{64} << 20) + 512000);
  EXPECT_EQ(memory_bound(UINT64_MAX / 2), UINT64_MAX);
}

TEST(MemoryBound, ABudgetTakesTheLowerLimit) {
  MemoryBudget budget(1000);
  budget.lower_limit(2000, "the limit of a test");
  EXPECT_EQ(budget.limit(), 1000u);
  EXPECT_NE(std::string(budget.check(1001).text()).find("memory_limit is 1000"), std::string::npos);
  budget.lower_limit(640, "the limit of a test");
  EXPECT_EQ(budget.limit(), 640u);
  Array<uint8_t> array;
  EXPECT_TRUE(array.allocate(budget, 640).ok());
  const Status refused = budget.check(1);
  EXPECT_EQ(refused.code(), DCM_MACHINE_LIMIT);
  EXPECT_NE(std::string(refused.text()).find("the limit of a test is 640"), std::string::npos) << refused.text();
}

// A weight of so many rows and no non-zero: a few hundred bytes of file, 4 bytes a row in memory.
testing::Opened open_rows(uint32_t rows, uint64_t memory_limit) {
  testing::ModelParts parts;
  parts.inputs = {{"x", {1, 1}}};
  testing::WeightParts weight;
  weight.shape = {rows, 1};
  weight.encoding = testing::fb::Encoding_SparseShared;
  weight.gap_bits = 4;
  weight.centroids.emplace();
  parts.weights.push_back(weight);
  parts.add(testing::fb::OpAttributes_Linear).weight = 0;
  parts.outputs = {{"y", 1}};
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.memory_limit = memory_limit;
  return testing::open_bytes(parts.build(), &options);
}

TEST(MemoryBound, RowsWithoutWeights) {
  EXPECT_EQ(open_rows(1 << 20, UINT64_MAX).code, DCM_OK);
  const testing::Opened refused = open_rows(1 << 25, UINT64_MAX);  // 128 MiB
  EXPECT_EQ(refused.code, DCM_MACHINE_LIMIT);
  EXPECT_NE(refused.text.find("the limit for a file of its size is"), std::string::npos) << refused.text;
  EXPECT_NE(open_rows(1 << 20, 1 << 20).text.find("memory_limit is 1048576"), std::string::npos);
}

TEST(Signature, AKeyThatNobodyChecksIsRefused) {
  const uint8_t key[32] = {1};
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.public_key = key;
  const testing::Opened opened = testing::open_bytes(testing::small_network().build(), &options);
#if defined(DCMOBILE_SIGNATURES)
  EXPECT_EQ(opened.code, DCM_FILE_SIGNATURE) << opened.text;
#else
  EXPECT_EQ(opened.code, DCM_MACHINE_UNSUPPORTED) << opened.text;
#endif
}

}  // namespace
}  // namespace dcm
