#include "load_options.h"

#include <executorch/extension/tensor/tensor.h>
#include <executorch/runtime/backend/options.h>
#include <executorch/runtime/kernel/thread_parallel_interface.h>
#include <gtest/gtest.h>

#ifdef __linux__
#include <sched.h>
#endif

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "kernels/isa.h"
#include "loaded_delegate.h"
#include "loaded_model.h"
#include "operator_events.h"
#include "small_network.h"
#include "thread_sharing.h"

namespace dcm::executorch {
namespace {

using et::BackendOptions;
using et::Error;

Error read(BackendOptions<2>& given, dcm_options* options) {
  const et::Span<et::BackendOption> view = given.view();
  et::BackendInitContext context(nullptr, nullptr, "forward", nullptr,
                                 et::Span<const et::BackendOption>(view.data(), view.size()));
  return read_load_options(context, options);
}

template <typename T>
Error read_one(const char (&key)[8], T value, dcm_options* options) {
  BackendOptions<2> given;
  EXPECT_EQ(given.set_option(key, value), Error::Ok);
  return read(given, options);
}

TEST(LoadOptions, DefaultsAreTheSharedPool) {
  BackendOptions<2> none;
  dcm_options options;
  ASSERT_EQ(read(none, &options), Error::Ok);
  EXPECT_GE(options.threads, 1u);
  EXPECT_LE(options.threads, static_cast<uint32_t>(::executorch::extension::get_thread_count()));
  EXPECT_EQ(options.threads, default_threads());
  EXPECT_EQ(options.parallel_for, run_on_executorch_pool);
  EXPECT_EQ(options.parallel_for_wake_ns, kWakeNs);
  EXPECT_EQ(options.isa, nullptr);
}

#ifdef __linux__
TEST(LoadOptions, NoMoreThreadsThanProcessorsThatMayBeUsed) {
  cpu_set_t before, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  int first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  BackendOptions<2> none;
  dcm_options options;
  EXPECT_EQ(read(none, &options), Error::Ok);
  EXPECT_EQ(options.threads, 1u);
  ASSERT_EQ(sched_setaffinity(0, sizeof before, &before), 0);
}
#endif

TEST(LoadOptions, Threads) {
  dcm_options options;
  ASSERT_EQ(read_one("threads", 3, &options), Error::Ok);
  EXPECT_EQ(options.threads, 3u);
  EXPECT_EQ(read_one("threads", 0, &options), Error::InvalidArgument);
  EXPECT_EQ(read_one("threads", 65, &options), Error::InvalidArgument);
  EXPECT_EQ(read_one("threads", true, &options), Error::InvalidArgument);
}

TEST(LoadOptions, IsaAndDevice) {
  BackendOptions<2> given;
  ASSERT_EQ(given.set_option("isa", "generic"), Error::Ok);
  ASSERT_EQ(given.set_option("device", "cpu"), Error::Ok);
  dcm_options options;
  ASSERT_EQ(read(given, &options), Error::Ok);
  EXPECT_STREQ(options.device, "cpu");
  BackendOptions<2> other;
  ASSERT_EQ(other.set_option("device", "vulkan"), Error::Ok);
  ASSERT_EQ(read(other, &options), Error::Ok);
  EXPECT_STREQ(options.device, "vulkan");
  BackendOptions<2> number;
  ASSERT_EQ(number.set_option("device", 1), Error::Ok);
  EXPECT_EQ(read(number, &options), Error::InvalidArgument);
}

TEST(LoadOptions, AnUnknownOneIsRefused) {
  dcm_options options;
  EXPECT_EQ(read_one("thraeds", 2, &options), Error::InvalidArgument);
}

TEST(LoadOptions, AnUnknownIsaIsNotCompatible) {
  BackendOptions<1> given;
  ASSERT_EQ(given.set_option("isa", "pentium"), Error::Ok);
  const et::Span<et::BackendOption> view = given.view();
  LoadedDelegate delegate(testing::small_network().build(), {view.data(), view.size()});
  EXPECT_EQ(delegate.error(), Error::DelegateInvalidCompatibility);
  EXPECT_EQ(delegate.freed(), 1);  // by the caller
}

TEST(ThreadSharing, EveryTaskRunsOnce) {
  std::vector<std::atomic<int>> runs(37);
  const auto task = [](void* argument, uint32_t index) {
    ++(*static_cast<std::vector<std::atomic<int>>*>(argument))[index];
  };
  run_on_executorch_pool(nullptr, 37, task, &runs);
  for (const std::atomic<int>& each : runs) EXPECT_EQ(each, 1);
}

#ifdef __linux__
size_t threads_of_this_process() {
  size_t count = 0;
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/task")) count += each.is_directory();
  return count;
}

TEST(ThreadSharing, NoThreadsButThoseOfThePool) {
  run_on_executorch_pool(nullptr, 8, [](void*, uint32_t) {}, nullptr);  // has the pool start
  const size_t before = threads_of_this_process();
  BackendOptions<1> given;
  ASSERT_EQ(given.set_option("threads", 7), Error::Ok);
  const et::Span<et::BackendOption> view = given.view();
  LoadedDelegate delegate(testing::small_network().build(), {view.data(), view.size()});
  const TensorPtr input = ::executorch::extension::make_tensor_ptr({1, 2, 6, 6}, testing::small_input(1));
  ASSERT_EQ(delegate.call(input, ::executorch::extension::make_tensor_ptr({1, 3}, std::vector<float>(3))), Error::Ok);
  EXPECT_EQ(threads_of_this_process(), before);
}
#endif

// Keeps the names of the events of a delegate.
class Tracer : public et::EventTracer {
 public:
  struct Event {
    std::string name;
    et_timestamp_t start, end;
  };
  std::vector<Event> events;

  void create_event_block(const char*) override {}
  et::EventTracerEntry start_profiling(const char*, et::ChainID, et::DebugHandle) override { return {}; }
  void end_profiling(et::EventTracerEntry) override {}
  et::EventTracerEntry start_profiling_delegate(const char*, et::DelegateDebugIntId) override { return {}; }
  void end_profiling_delegate(et::EventTracerEntry, const void*, size_t) override {}
  void log_profiling_delegate(const char* name, et::DelegateDebugIntId, et_timestamp_t start, et_timestamp_t end,
                              const void*, size_t) override {
    events.push_back({name, start, end});
  }
  void track_allocation(et::AllocatorID, size_t) override {}
  et::AllocatorID track_allocator(const char*) override { return 0; }
  et::Result<bool> log_evalue(const et::EValue&, et::LoggedEValueType) override { return false; }
  et::Result<bool> log_intermediate_output_delegate(const char*, et::DelegateDebugIntId,
                                                    const ::executorch::aten::Tensor&) override {
    return false;
  }
  et::Result<bool> log_intermediate_output_delegate(const char*, et::DelegateDebugIntId,
                                                    const et::ArrayRef<::executorch::aten::Tensor>) override {
    return false;
  }
  et::Result<bool> log_intermediate_output_delegate(const char*, et::DelegateDebugIntId, const int&) override {
    return false;
  }
  et::Result<bool> log_intermediate_output_delegate(const char*, et::DelegateDebugIntId, const bool&) override {
    return false;
  }
  et::Result<bool> log_intermediate_output_delegate(const char*, et::DelegateDebugIntId, const double&) override {
    return false;
  }
  void set_delegation_intermediate_output_filter(et::EventTracerFilterBase*) override {}
};

TEST(OperatorEvents, OneAnOperatorInOrder) {
  Tracer tracer;
  const testing::ModelParts parts = testing::small_network();
  LoadedDelegate delegate(parts.build(), {}, &tracer);
  ASSERT_EQ(delegate.error(), Error::Ok);
  const TensorPtr input = ::executorch::extension::make_tensor_ptr({1, 2, 6, 6}, testing::small_input(1));
  ASSERT_EQ(delegate.call(input, ::executorch::extension::make_tensor_ptr({1, 3}, std::vector<float>(3))), Error::Ok);
  ASSERT_EQ(tracer.events.size(), parts.ops.size());
  for (size_t i = 0; i < tracer.events.size(); ++i) {
    EXPECT_EQ(tracer.events[i].name.rfind(std::to_string(i) + " ", 0), 0u) << tracer.events[i].name;
    EXPECT_LE(tracer.events[i].start, tracer.events[i].end);
    if (i > 0) {
      EXPECT_EQ(tracer.events[i].start, tracer.events[i - 1].end);
    }
  }
}

}  // namespace
}  // namespace dcm::executorch
