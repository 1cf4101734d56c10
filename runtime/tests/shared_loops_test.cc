// Which operators share their loop with other threads.
#include "plan/shared_loops.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "api/model.h"
#include "small_network.h"

namespace dcm {
namespace {

using testing::ModelParts;
using testing::Opened;
using Choices = std::vector<bool>;

// A chain of operators that are expected to take so many microseconds each; below zero: with too little work for
// threads that are awake.
class Chain {
 public:
  explicit Chain(const std::vector<double>& expected_us) {
    ModelParts parts;
    parts.inputs = {{"x", {-1, 16}}};
    for (size_t i = 0; i < expected_us.size(); ++i) parts.add(testing::fb::OpAttributes_Sigmoid);
    parts.outputs = {{"y", parts.last_value()}};
    opened_ = testing::open_bytes(parts.build());
    EXPECT_EQ(opened_.code, DCM_OK) << opened_.text;
    for (size_t i = 0; i < expected_us.size(); ++i) {
      PlannedOp& planned = opened_.model->plan.ops[i];
      planned.work = expected_us[i] < 0 ? 1 : 1u << 20;
      planned.expected_ns = 1e3 * std::fabs(expected_us[i]);
    }
  }

  Choices choose(uint32_t threads, uint64_t wake_us, uint32_t samples = 1, uint32_t slices = 1) const {
    MemoryBudget budget(1 << 20);
    Array<bool> shared;
    EXPECT_TRUE(shared.allocate(budget, opened_.model->plan.ops.size()).ok());
    const SharingCosts costs = {threads, 1000 * wake_us};
    const bool any = choose_shared_loops(opened_.model->plan, samples, slices, costs, &shared);
    const Choices choices(shared.begin(), shared.end());
    EXPECT_EQ(any, std::count(choices.begin(), choices.end(), true) > 0);
    return choices;
  }

 private:
  Opened opened_;
};

TEST(SharedLoops, AwakeThreadsShareWhateverHasEnoughWork) {
  EXPECT_EQ(Chain({10, -50, 1, -1}).choose(2, 0), (Choices{true, false, true, false}));
}

TEST(SharedLoops, OneThreadSharesNothing) {
  EXPECT_EQ(Chain({1000, 1000}).choose(1, 0), (Choices{false, false}));
}

TEST(SharedLoops, SleepingThreadsAreNotWokenForLess) {
  EXPECT_EQ(Chain({15, 15}).choose(2, 20), (Choices{false, false}));
  EXPECT_EQ(Chain({41}).choose(2, 20), (Choices{true}));
  EXPECT_EQ(Chain({39}).choose(2, 20), (Choices{false}));
}

TEST(SharedLoops, OneWakeServesAllLoopsOfARun) {
  EXPECT_EQ(Chain({30, 30}).choose(2, 20), (Choices{true, true}));
  EXPECT_EQ(Chain({30, -500, 30}).choose(2, 20), (Choices{true, false, true}));
  EXPECT_EQ(Chain({15, -500, 15}).choose(2, 20), (Choices{false, false, false}));
}

TEST(SharedLoops, MoreThreadsSamplesAndSlicesGainMore) {
  EXPECT_EQ(Chain({15, 15}).choose(4, 20), (Choices{true, true}));
  EXPECT_EQ(Chain({15, 15}).choose(2, 20, 2), (Choices{true, true}));
  EXPECT_EQ(Chain({15, 15}).choose(2, 20, 1, 2), (Choices{true, true}));
}

}  // namespace
}  // namespace dcm
