// The caller's threads and instruction set: dcm_options.parallel_for and isa.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "core/thread_pool.h"
#include "small_network.h"

namespace dcm {
namespace {

using testing::Opened;
using testing::Tensor;

// Runs tasks backwards on the caller's thread, and remembers how many there were in each call.
struct Lender {
  std::vector<uint32_t> calls;

  static void run(void* context, uint32_t tasks, void (*task)(void* argument, uint32_t index), void* argument) {
    static_cast<Lender*>(context)->calls.push_back(tasks);
    for (uint32_t index = tasks; index-- > 0;) task(argument, index);
  }
};

TEST(LentThreads, EveryPartRunsOnce) {
  Lender lender;
  ThreadPool pool;
  pool.borrow(4, Lender::run, &lender);
  EXPECT_EQ(pool.threads(), 4u);
  for (const uint64_t count : {0u, 1u, 3u, 4u, 1000u}) {
    std::vector<int> runs(count);
    pool.parallel_for(count, [&](uint32_t thread, uint64_t begin, uint64_t end) {
      EXPECT_LT(thread, 4u);
      for (uint64_t i = begin; i < end; ++i) ++runs[i];
    });
    EXPECT_EQ(runs, std::vector<int>(count, 1));
  }
  EXPECT_EQ(lender.calls, (std::vector<uint32_t>{3, 4, 4}));
}

TEST(LentThreads, StayForTheLoopsOfAGathering) {
  Lender lender;
  ThreadPool pool;
  pool.borrow(4, Lender::run, &lender);
  for (int gathering = 1; gathering <= 3; ++gathering) {
    std::vector<int> runs(1000);
    int leaders = 0;
    pool.gather([&] {
      ++leaders;
      for (int loop = 0; loop < 5; ++loop)
        pool.parallel_for(runs.size(), [&](uint32_t thread, uint64_t begin, uint64_t end) {
          EXPECT_LT(thread, 4u);
          for (uint64_t i = begin; i < end; ++i) ++runs[i];
        });
    });
    EXPECT_EQ(leaders, 1);
    EXPECT_EQ(runs, std::vector<int>(runs.size(), 5));
    EXPECT_EQ(lender.calls, std::vector<uint32_t>(static_cast<size_t>(gathering), 4));
  }
}

TEST(LentThreads, LoadAndRun) {
  Lender lender;
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.threads = 3;
  options.parallel_for = Lender::run;
  options.parallel_for_context = &lender;
  const Opened opened = testing::open_bytes(testing::small_network().build(), &options);
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  EXPECT_FALSE(lender.calls.empty());
  dcm_context* created = nullptr;
  ASSERT_EQ(dcm_context_create(opened.model.get(), &options, &created, nullptr), DCM_OK);
  const testing::ContextPointer context(created);
  ASSERT_EQ(dcm_context_set_batch(created, 200, nullptr), DCM_OK);
  lender.calls.clear();
  const Tensor x = testing::small_input(200);
  const Tensor y = testing::run_context(opened.model.get(), created, {x}, 200)[0];
  EXPECT_FALSE(lender.calls.empty());
  EXPECT_EQ(y, testing::run_model(opened.model.get(), {x}, 200)[0]);
}

constexpr uint32_t kBatch = 20000;  // several slices

// How often a run of a small network uses threads that take so long to wake.
size_t calls_of_a_run(uint64_t wake_ns) {
  Lender lender;
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.threads = 2;
  options.parallel_for = Lender::run;
  options.parallel_for_context = &lender;
  options.parallel_for_wake_ns = wake_ns;
  const Opened opened = testing::open_bytes(testing::small_network().build(), &options);
  dcm_context* created = nullptr;
  EXPECT_EQ(dcm_context_create(opened.model.get(), &options, &created, nullptr), DCM_OK);
  const testing::ContextPointer context(created);
  EXPECT_EQ(dcm_context_set_batch(created, kBatch, nullptr), DCM_OK);
  lender.calls.clear();
  const Tensor x = testing::small_input(kBatch);
  const Tensor y = testing::run_context(opened.model.get(), created, {x}, kBatch)[0];
  EXPECT_EQ(y, testing::run_model(opened.model.get(), {x}, kBatch)[0]);
  return lender.calls.size();
}

TEST(LentThreads, AreWokenOnceForARunAndNotForLittleWork) {
  EXPECT_GT(calls_of_a_run(0), 1u);
  EXPECT_EQ(calls_of_a_run(1), 1u);
  EXPECT_EQ(calls_of_a_run(1'000'000'000), 0u);
}

class IsaOption : public ::testing::Test {
 protected:
  void TearDown() override { unsetenv("DCM_ISA"); }

  Opened open(const char* isa) {
    dcm_options options = DCM_OPTIONS_DEFAULT;
    options.isa = isa;
    return testing::open_bytes(testing::small_network().build(), &options);
  }
};

TEST_F(IsaOption, GoesBeforeTheEnvironment) {
  setenv("DCM_ISA", "pentium", 1);
  const Opened opened = open("generic");
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  bool said = false;
  for (size_t i = 0; i < dcm_model_op_count(opened.model.get()); ++i) {
    dcm_op_info info;
    ASSERT_EQ(dcm_model_op(opened.model.get(), i, &info, nullptr), DCM_OK);
    said = said || std::string(info.reason).find("generic is forced by options.isa") != std::string::npos;
  }
  EXPECT_TRUE(said);
}

TEST_F(IsaOption, OneThatIsNotThere) {
  const Opened opened = open("pentium");
  EXPECT_EQ(opened.code, DCM_MACHINE_UNSUPPORTED);
  EXPECT_NE(opened.text.find("options.isa is 'pentium'"), std::string::npos) << opened.text;
}

TEST_F(IsaOption, AnEmptyNameIsNone) {
  EXPECT_EQ(open("").code, DCM_OK);
}

}  // namespace
}  // namespace dcm
