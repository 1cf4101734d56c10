// One model, many threads: contexts that run, come and go beside each other, and pools that they share. Also built with
// ThreadSanitizer (make test-native).
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "small_network.h"
#include "wide_network.h"

namespace dcm {
namespace {

using testing::Bytes;
using testing::ContextPointer;
using testing::Opened;
using testing::Tensor;

constexpr uint32_t kBatch = 300;  // enough work for the threads of a context to share

// body(i) on `count` threads at once; their starts are held until all are there.
void on_threads(int count, const std::function<void(int)>& body) {
  std::atomic<int> waiting{count};
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back([&, i] {
      --waiting;
      while (waiting > 0) std::this_thread::yield();
      body(i);
    });
  for (std::thread& thread : threads) thread.join();
}

struct Pool {
  explicit Pool(uint32_t threads) { EXPECT_EQ(dcm_pool_create(threads, &pool, nullptr), DCM_OK); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { dcm_pool_destroy(pool); }

  dcm_options options(uint32_t threads) const {
    dcm_options options = DCM_OPTIONS_DEFAULT;
    options.threads = threads;
    options.parallel_for = dcm_pool_parallel_for;
    options.parallel_for_context = pool;
    return options;
  }

  dcm_pool* pool = nullptr;
};

ContextPointer create(const dcm_model* model, const dcm_options& options, uint32_t batch) {
  dcm_context* context = nullptr;
  EXPECT_EQ(dcm_context_create(model, &options, &context, nullptr), DCM_OK);
  EXPECT_EQ(dcm_context_set_batch(context, batch, nullptr), DCM_OK);
  return ContextPointer(context);
}

dcm_options with_threads(uint32_t threads) {
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.threads = threads;
  return options;
}

class SharedModel : public ::testing::Test {
 protected:
  SharedModel() : expected_(testing::run_model(wide_.model.get(), {input_}, kBatch)[0]) {}

  const Bytes bytes_ = testing::wide_network().build();
  const Opened wide_ = testing::open_bytes(bytes_);
  const Tensor input_ = testing::small_input(kBatch);
  const Tensor expected_;
};

TEST_F(SharedModel, ContextsRunSideBySide) {
  on_threads(6, [&](int i) {
    const ContextPointer context = create(wide_.model.get(), with_threads(i % 3 + 1), kBatch);
    for (int run = 0; run < 4; ++run)
      EXPECT_EQ(testing::run_context(wide_.model.get(), context.get(), {input_}, kBatch)[0], expected_);
  });
}

TEST_F(SharedModel, ContextsComeAndGoWhileOthersRun) {
  std::atomic<bool> done{false};
  std::thread churn([&] {
    for (uint32_t i = 0; !done; ++i) create(wide_.model.get(), with_threads(i % 3 + 1), i % 40 + 1);
  });
  on_threads(2, [&](int i) {
    const ContextPointer context = create(wide_.model.get(), with_threads(i + 1), kBatch);
    for (int run = 0; run < 6; ++run)
      EXPECT_EQ(testing::run_context(wide_.model.get(), context.get(), {input_}, kBatch)[0], expected_);
  });
  done = true;
  churn.join();
}

TEST_F(SharedModel, EveryQuestionMayBeAskedMeanwhile) {
  on_threads(4, [&](int i) {
    const dcm_model* model = wide_.model.get();
    if (i == 0) {
      EXPECT_EQ(testing::run_model(model, {input_}, kBatch, 2)[0], expected_);
      return;
    }
    for (size_t op = 0; op < dcm_model_op_count(model); ++op) {
      dcm_op_info info;
      dcm_tensor_info value;
      EXPECT_EQ(dcm_model_op(model, op, &info, nullptr), DCM_OK);
      EXPECT_EQ(dcm_model_op_output(model, op, 0, &value, nullptr), DCM_OK);
    }
    size_t index;
    EXPECT_EQ(dcm_model_find_output(model, "y", &index, nullptr), DCM_OK);
    EXPECT_EQ(dcm_model_find_output(model, "none", &index, nullptr), DCM_CALL_NAME);
  });
}

TEST_F(SharedModel, AContextMovesFromThreadToThread) {
  const ContextPointer context = create(wide_.model.get(), with_threads(3), kBatch);
  for (int i = 0; i < 4; ++i)
    std::thread([&] {
      EXPECT_EQ(testing::run_context(wide_.model.get(), context.get(), {input_}, kBatch)[0], expected_);
    }).join();
}

// The last context of a model that one thread made is destroyed, and the model closed, by another.
TEST_F(SharedModel, ModelsAreOpenedAndClosedSideBySide) {
  on_threads(4, [&](int i) {
    for (int round = 0; round < 4; ++round) {
      const dcm_options options = with_threads(static_cast<uint32_t>(i % 2 + 1));
      Opened opened = testing::open_bytes(bytes_, &options);
      ASSERT_EQ(opened.code, DCM_OK) << opened.text;
      ContextPointer context = create(opened.model.get(), options, kBatch);
      std::thread([&] {
        EXPECT_EQ(testing::run_context(opened.model.get(), context.get(), {input_}, kBatch)[0], expected_);
        context.reset();
        opened.model.reset();
      }).join();
    }
  });
}

// Loop by loop, and run by run.
class SharedModelInAPool : public SharedModel, public ::testing::WithParamInterface<uint64_t> {};

TEST_P(SharedModelInAPool, BesideAnother) {
  const Pool pool(3);
  dcm_options options = pool.options(3);
  options.parallel_for_wake_ns = GetParam();
  const Opened small = testing::open_bytes(testing::small_network().build(), &options);
  const Opened wide = testing::open_bytes(bytes_, &options);
  ASSERT_EQ(small.code, DCM_OK) << small.text;
  ASSERT_EQ(wide.code, DCM_OK) << wide.text;
  const Tensor small_expected = testing::run_model(small.model.get(), {input_}, kBatch)[0];
  on_threads(4, [&](int i) {
    const dcm_model* model = i % 2 == 0 ? small.model.get() : wide.model.get();
    const ContextPointer context = create(model, options, kBatch);
    for (int run = 0; run < 4; ++run)
      EXPECT_EQ(testing::run_context(model, context.get(), {input_}, kBatch)[0],
                i % 2 == 0 ? small_expected : expected_);
  });
}

INSTANTIATE_TEST_SUITE_P(WakeNs, SharedModelInAPool, ::testing::Values(0, 1));

TEST(SharedPool, RunsEveryTaskOnceWhoeverCalls) {
  const Pool pool(3);
  on_threads(3, [&](int) {
    for (uint32_t tasks = 0; tasks < 100; ++tasks) {
      std::vector<std::atomic<int>> runs(tasks);
      dcm_pool_parallel_for(
          pool.pool, tasks,
          [](void* argument, uint32_t index) { ++(*static_cast<std::vector<std::atomic<int>>*>(argument))[index]; },
          &runs);
      for (const std::atomic<int>& run : runs) ASSERT_EQ(run, 1);
    }
  });
}

// Both threads work: a task waits for the other.
TEST(SharedPool, HasThreadsOfItsOwn) {
  const Pool pool(2);
  std::atomic<int> arrived{0};
  dcm_pool_parallel_for(
      pool.pool, 2,
      [](void* argument, uint32_t) {
        auto& count = *static_cast<std::atomic<int>*>(argument);
        ++count;
        while (count < 2) std::this_thread::yield();
      },
      &arrived);
  EXPECT_EQ(arrived, 2);
}

TEST(SharedPool, RefusesWrongArguments) {
  dcm_pool* pool = nullptr;
  dcm_error error;
  EXPECT_EQ(dcm_pool_create(0, &pool, &error), DCM_CALL_ARGUMENT);
  EXPECT_EQ(pool, nullptr);
  EXPECT_EQ(dcm_pool_create(65, &pool, &error), DCM_CALL_ARGUMENT);
  EXPECT_STREQ(error.text, "threads is 65, expected 1 to 64");
  EXPECT_EQ(dcm_pool_create(1, nullptr, &error), DCM_CALL_ARGUMENT);
  dcm_pool_destroy(nullptr);
}

}  // namespace
}  // namespace dcm
