// Whole networks on a Vulkan device.
#include <gtest/gtest.h>

#include <thread>

#include "on_device.h"
#include "small_network.h"
#include "vulkan/recorder.h"
#include "wide_network.h"

namespace dcm::testing {
namespace {

class DeviceRun : public ::testing::Test, VulkanTest {};

Bytes small_file() {
  return small_network().build();
}
Bytes wide_file() {
  return wide_network().build();
}

TEST_F(DeviceRun, ANetworkGivesWhatTheCpuGives) {
  for (const uint32_t batch : {1u, 2u, 67u}) expect_as_on_cpu(small_file(), {small_input(batch)}, batch);
}

// Some operators have no shader: values go to and fro.
TEST_F(DeviceRun, OperatorsOnBothSides) {
  for (const uint32_t batch : {1u, 5u}) expect_as_on_cpu(wide_file(), {small_input(batch)}, batch);
}

TEST_F(DeviceRun, TheBatchMayChangeAndChangeBack) {
  const dcm_options options = device_options();
  const Opened opened = open_bytes(wide_file(), &options), reference = open_bytes(wide_file());
  const ContextPointer context = create_context(opened.model.get(), options);
  for (const uint32_t batch : {1u, 9u, 2u, 1u})
    expect_close(run_on(opened.model.get(), context.get(), {small_input(batch, batch)}, batch),
                 run_model(reference.model.get(), {small_input(batch, batch)}, batch));
}

TEST_F(DeviceRun, OneSubmissionARunWhereEverythingIsPlaced) {
  const dcm_options options = device_options();
  const Opened opened = open_bytes(small_file(), &options);
  const ContextPointer context = create_context(opened.model.get(), options);
  const dcm_device_report report = report_of(opened.model.get());
  ASSERT_EQ(report.ops_placed, report.ops);
  const uint32_t before = faulty_calls("vkQueueSubmit");
  run_on(opened.model.get(), context.get(), {small_input(1)}, 1);
  EXPECT_EQ(faulty_calls("vkQueueSubmit") - before, 1u);
}

TEST_F(DeviceRun, RunsTakeNoMemoryAndClosingGivesAllBack) {
  const char* const pairs[][2] = {{"vkAllocateMemory", "vkFreeMemory"},
                                  {"vkCreateBuffer", "vkDestroyBuffer"},
                                  {"vkCreateComputePipelines", "vkDestroyPipeline"},
                                  {"vkCreateShaderModule", "vkDestroyShaderModule"},
                                  {"vkCreateDescriptorPool", "vkDestroyDescriptorPool"},
                                  {"vkCreateCommandPool", "vkDestroyCommandPool"},
                                  {"vkCreateFence", "vkDestroyFence"},
                                  {"vkCreateDevice", "vkDestroyDevice"},
                                  {"vkCreateInstance", "vkDestroyInstance"}};
  {
    const dcm_options options = device_options();
    const Opened opened = open_bytes(small_file(), &options);
    const ContextPointer context = create_context(opened.model.get(), options);
    run_on(opened.model.get(), context.get(), {small_input(2)}, 2);
    uint32_t before[std::size(pairs)];
    for (size_t i = 0; i < std::size(pairs); ++i) before[i] = faulty_calls(pairs[i][0]);
    for (int i = 0; i < 1000; ++i) run_on(opened.model.get(), context.get(), {small_input(2)}, 2);
    for (size_t i = 0; i < std::size(pairs); ++i) EXPECT_EQ(faulty_calls(pairs[i][0]), before[i]) << pairs[i][0];
  }
  for (const auto& pair : pairs) {
    EXPECT_GT(faulty_calls(pair[0]), 0u) << pair[0];
    EXPECT_EQ(faulty_calls(pair[0]), faulty_calls(pair[1])) << pair[0];
  }
}

TEST_F(DeviceRun, ContextsOfSeveralThreads) {
  const dcm_options options = device_options();
  const Opened opened = open_bytes(wide_file(), &options), reference = open_bytes(wide_file());
  std::vector<std::thread> threads;
  for (uint32_t seed = 0; seed < 4; ++seed)
    threads.emplace_back([&, seed] {
      const ContextPointer context = create_context(opened.model.get(), options);
      for (int i = 0; i < 10; ++i)
        expect_close(run_on(opened.model.get(), context.get(), {small_input(3, seed)}, 3),
                     run_model(reference.model.get(), {small_input(3, seed)}, 3));
    });
  for (std::thread& thread : threads) thread.join();
}

TEST_F(DeviceRun, ASmallDeviceGivesTheSame) {
  const FaultyLimits limits[] = {{32, 0, 0, 0, false, false},   {0, 3, 0, 0, false, false},
                                 {0, 0, 0, 256, false, false},  {0, 0, 0, 0, true, false},
                                 {0, 0, 0, 0, false, true},     {0, 0, 4096, 0, false, false},
                                 {32, 3, 4096, 256, true, true}};
  for (const FaultyLimits& each : limits) {
    faulty_limit(&each);
    SCOPED_TRACE(&each - limits);
    expect_as_on_cpu(small_file(), {small_input(67)}, 67);
    expect_as_on_cpu(wide_file(), {small_input(5)}, 5);
  }
}

TEST_F(DeviceRun, ABatchThatDoesNotFitRunsInSlices) {
  const FaultyLimits limits = {0, 0, 4096, 0, false, false};
  faulty_limit(&limits);
  const dcm_options options = device_options();
  const Opened opened = open_bytes(small_file(), &options);
  const ContextPointer context = create_context(opened.model.get(), options);
  run_on(opened.model.get(), context.get(), {small_input(67)}, 67);
  const uint32_t before = faulty_calls("vkQueueSubmit");
  run_on(opened.model.get(), context.get(), {small_input(67)}, 67);
  EXPECT_GT(faulty_calls("vkQueueSubmit") - before, 1u);
  EXPECT_STREQ(report_of(context.get()).fallback, "");
}

TEST_F(DeviceRun, TheProfileKnowsOperatorsOnTheDevice) {
  dcm_options options = device_options();
  options.profile = 1;
  const Opened opened = open_bytes(small_file(), &options);
  const ContextPointer context = create_context(opened.model.get(), options);
  run_on(opened.model.get(), context.get(), {small_input(64)}, 64);
  uint64_t total = 0;
  for (size_t i = 0; i < dcm_model_op_count(opened.model.get()); ++i) {
    dcm_op_profile profile;
    ASSERT_EQ(dcm_context_op_profile(context.get(), i, &profile, nullptr), DCM_OK);
    EXPECT_EQ(profile.runs, 1u);
    total += profile.total_ns;
  }
  EXPECT_GT(total, 0u);
}

TEST_F(DeviceRun, PlacementsSayWhereAndWhy) {
  const dcm_options options = device_options();
  const Opened opened = open_bytes(wide_file(), &options);
  uint32_t placed = 0;
  for (size_t i = 0; i < dcm_model_op_count(opened.model.get()); ++i) {
    dcm_op_placement placement;
    ASSERT_EQ(dcm_model_op_placement(opened.model.get(), i, &placement, nullptr), DCM_OK);
    if (std::string(placement.device) == "vulkan") {
      ++placed;
      EXPECT_STREQ(placement.reason, "");
    } else {
      EXPECT_STRNE(placement.reason, "");
    }
    EXPECT_STRNE(placement.kernel, "");
  }
  EXPECT_EQ(placed, report_of(opened.model.get()).ops_placed);
}

TEST_F(DeviceRun, AContextMayStayOnTheCpu) {
  const dcm_options options = device_options(), on_cpu = device_options("cpu");
  const Opened opened = open_bytes(small_file(), &options);
  const ContextPointer context = create_context(opened.model.get(), on_cpu);
  const uint32_t before = faulty_calls("vkQueueSubmit");
  run_on(opened.model.get(), context.get(), {small_input(1)}, 1);
  EXPECT_EQ(faulty_calls("vkQueueSubmit"), before);
  EXPECT_STREQ(report_of(context.get()).device, "cpu");
  EXPECT_STREQ(report_of(context.get()).fallback, "");
}

TEST_F(DeviceRun, TheDevicesAreListed) {
  ASSERT_GE(dcm_device_count(), 2u);
  dcm_device_info info;
  ASSERT_EQ(dcm_device(0, &info, nullptr), DCM_OK);
  EXPECT_STREQ(info.id, "cpu");
  ASSERT_EQ(dcm_device(1, &info, nullptr), DCM_OK);
  EXPECT_STREQ(info.id, "vulkan:0");
  EXPECT_STRNE(info.name, "");
  EXPECT_GE(info.workgroup_size, 128u);
  EXPECT_EQ(dcm_device(99, &info, nullptr), DCM_CALL_ARGUMENT);
}

TEST_F(DeviceRun, UnknownDevicesAreRefused) {
  for (const char* device : {"gpu", "vulkan:", "vulkan:x", "vulkan0", "cpu:0", "", "vulkan:123"}) {
    const dcm_options options = device_options(device);
    EXPECT_EQ(open_bytes(small_file(), &options).code, DCM_CALL_ARGUMENT) << device;
  }
}

TEST(FoldGroups, CoversEveryGroupWithinTheLimits) {
  const uint32_t most[3] = {7, 5, 3};
  for (uint64_t groups = 1; groups <= 105; ++groups) {
    const vulkan::GroupCounts counts = vulkan::fold_groups(groups, most);
    EXPECT_GE(uint64_t{counts.x} * counts.y * counts.z, groups);
    EXPECT_LT(uint64_t{counts.x} * counts.y * counts.z, 2 * groups + 7);
    EXPECT_TRUE(counts.x <= most[0] && counts.y <= most[1] && counts.z <= most[2]) << groups;
  }
}

}  // namespace
}  // namespace dcm::testing
