// What dcmobile.h promises to the child of a process that forks.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "emulator.h"
#include "small_network.h"

namespace dcm {
namespace {

using testing::ContextPointer;
using testing::Opened;
using testing::Tensor;

constexpr uint32_t kBatch = 300;  // enough work for the threads of a context to share

// Whether body() is true in a child of this process. A child that hangs is killed and gives false.
bool in_a_child(const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    _exit(body() ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

class Fork : public ::testing::Test {
 protected:
  Fork() {
    options_.threads = 4;
    dcm_context* created = nullptr;
    EXPECT_EQ(dcm_context_create(opened_.model.get(), &options_, &created, nullptr), DCM_OK);
    context_.reset(created);
    EXPECT_EQ(dcm_context_set_batch(created, kBatch, nullptr), DCM_OK);
    expected_ = run();
  }

  Tensor run() { return testing::run_context(opened_.model.get(), context_.get(), {input_}, kBatch)[0]; }

  const Opened opened_ = testing::open_bytes(testing::small_network().build());
  const Tensor input_ = testing::small_input(kBatch);
  dcm_options options_ = DCM_OPTIONS_DEFAULT;
  ContextPointer context_;
  Tensor expected_;
};

TEST_F(Fork, AContextOfTheParentRunsInTheChild) {
  // Often: threads of the parent look for work, fall asleep or hold their mutex at the moment of the fork.
  for (int i = 0; i < 30; ++i) {
    if (i % 2 == 0) EXPECT_EQ(run(), expected_);
    ASSERT_TRUE(in_a_child([&] { return run() == expected_ && run() == expected_; })) << i;
  }
  EXPECT_EQ(run(), expected_);
}

TEST_F(Fork, TheChildMayDestroyWhatTheParentHad) {
  EXPECT_TRUE(in_a_child([&] {
    context_.reset();
    return true;
  }));
  EXPECT_EQ(run(), expected_);
}

TEST_F(Fork, TheChildMakesContextsWithThreads) {
  if (testing::emulated()) GTEST_SKIP() << "qemu cannot start threads in a child of a process that has some";
  EXPECT_TRUE(in_a_child([&] { return testing::run_model(opened_.model.get(), {input_}, kBatch, 3)[0] == expected_; }));
}

TEST_F(Fork, APoolOfTheParentServesTheChild) {
  dcm_pool* pool = nullptr;
  ASSERT_EQ(dcm_pool_create(3, &pool, nullptr), DCM_OK);
  options_.parallel_for = dcm_pool_parallel_for;
  options_.parallel_for_context = pool;
  dcm_context* created = nullptr;
  ASSERT_EQ(dcm_context_create(opened_.model.get(), &options_, &created, nullptr), DCM_OK);
  context_.reset(created);
  ASSERT_EQ(dcm_context_set_batch(created, kBatch, nullptr), DCM_OK);
  EXPECT_EQ(run(), expected_);
  EXPECT_TRUE(in_a_child([&] {
    const bool equal = run() == expected_;
    context_.reset();
    dcm_pool_destroy(pool);
    return equal;
  }));
  context_.reset();
  dcm_pool_destroy(pool);
}

}  // namespace
}  // namespace dcm
