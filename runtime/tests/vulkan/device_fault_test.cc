// What happens when a device fails: the CPU does it, and says why.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <vulkan/vulkan_core.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "on_device.h"
#include "small_network.h"
#include "wide_network.h"

namespace dcm::testing {
namespace {

class DeviceFault : public ::testing::Test, VulkanTest {};

Bytes small_file() {
  return small_network().build();
}

std::vector<Tensor> on_cpu(uint32_t batch) {
  const Opened reference = open_bytes(small_file());
  return run_model(reference.model.get(), {small_input(batch)}, batch);
}

// Opens and runs; returns why the CPU did it, "" if it did not.
std::string run_and_explain(uint32_t batch = 2, bool cache = false) {
  const dcm_options options = device_options("vulkan", cache);
  const Opened opened = open_bytes(small_file(), &options);
  EXPECT_EQ(opened.code, DCM_OK) << opened.text;
  const ContextPointer context = create_context(opened.model.get(), options);
  expect_close(run_on(opened.model.get(), context.get(), {small_input(batch)}, batch), on_cpu(batch));
  return report_of(context.get()).fallback;
}

TEST_F(DeviceFault, EveryCallMayFail) {
  const struct {
    const char* call;
    VkResult result;
  } faults[] = {{"vkCreateInstance", VK_ERROR_INCOMPATIBLE_DRIVER},
                {"vkEnumeratePhysicalDevices", VK_ERROR_INITIALIZATION_FAILED},
                {"vkCreateDevice", VK_ERROR_OUT_OF_HOST_MEMORY},
                {"vkCreateDescriptorSetLayout", VK_ERROR_OUT_OF_HOST_MEMORY},
                {"vkCreatePipelineLayout", VK_ERROR_OUT_OF_HOST_MEMORY},
                {"vkCreatePipelineCache", VK_ERROR_OUT_OF_HOST_MEMORY},
                {"vkCreateShaderModule", VK_ERROR_OUT_OF_HOST_MEMORY},
                {"vkCreateComputePipelines", VK_ERROR_OUT_OF_DEVICE_MEMORY},
                {"vkCreateBuffer", VK_ERROR_OUT_OF_DEVICE_MEMORY},
                {"vkAllocateMemory", VK_ERROR_OUT_OF_DEVICE_MEMORY},
                {"vkBindBufferMemory", VK_ERROR_OUT_OF_DEVICE_MEMORY},
                {"vkMapMemory", VK_ERROR_MEMORY_MAP_FAILED},
                {"vkCreateCommandPool", VK_ERROR_OUT_OF_HOST_MEMORY},
                {"vkCreateDescriptorPool", VK_ERROR_OUT_OF_HOST_MEMORY},
                {"vkAllocateDescriptorSets", VK_ERROR_OUT_OF_POOL_MEMORY},
                {"vkAllocateCommandBuffers", VK_ERROR_OUT_OF_HOST_MEMORY},
                {"vkBeginCommandBuffer", VK_ERROR_OUT_OF_HOST_MEMORY},
                {"vkEndCommandBuffer", VK_ERROR_OUT_OF_HOST_MEMORY},
                {"vkCreateFence", VK_ERROR_OUT_OF_HOST_MEMORY},
                {"vkResetFences", VK_ERROR_OUT_OF_DEVICE_MEMORY},
                {"vkQueueSubmit", VK_ERROR_DEVICE_LOST},
                {"vkWaitForFences", VK_ERROR_DEVICE_LOST}};
  for (const auto& fault : faults)
    for (const uint32_t nth : {1u, 2u, 4u, 7u}) {
      SCOPED_TRACE(std::string(fault.call) + " " + std::to_string(nth));
      faulty_reset();
      faulty_fail(fault.call, nth, fault.result);
      const std::string why = run_and_explain();
      const bool came = faulty_calls(fault.call) >= nth;
      if (nth == 1) {
        EXPECT_TRUE(came);
      }
      EXPECT_EQ(why.find(fault.call) != std::string::npos, came) << why;
    }
}

TEST_F(DeviceFault, ALostDeviceIsLeftAlone) {
  const dcm_options options = device_options();
  const Opened opened = open_bytes(small_file(), &options);
  const ContextPointer context = create_context(opened.model.get(), options);
  for (int run = 0; run < 3; ++run) {
    if (run == 1) faulty_fail("vkWaitForFences", 1, VK_ERROR_DEVICE_LOST);
    expect_close(run_on(opened.model.get(), context.get(), {small_input(2)}, 2), on_cpu(2));
    const dcm_device_report report = report_of(context.get());
    EXPECT_STREQ(report.fallback, run == 0 ? "" : "vkWaitForFences: the device is lost");
    EXPECT_STREQ(report.device, run == 0 ? "vulkan" : "cpu");
    EXPECT_EQ(report.ops_placed == 0, run > 0);
  }
  const uint32_t submits = faulty_calls("vkQueueSubmit");
  expect_close(run_on(opened.model.get(), context.get(), {small_input(5)}, 5), on_cpu(5));
  EXPECT_EQ(faulty_calls("vkQueueSubmit"), submits);
}

TEST_F(DeviceFault, NoMemoryForALargeBatch) {
  const dcm_options options = device_options();
  const Opened opened = open_bytes(small_file(), &options);
  const ContextPointer context = create_context(opened.model.get(), options);
  faulty_fail("vkAllocateMemory", 1, VK_ERROR_OUT_OF_DEVICE_MEMORY);
  expect_close(run_on(opened.model.get(), context.get(), {small_input(50)}, 50), on_cpu(50));
  EXPECT_NE(std::string(report_of(context.get()).fallback).find("vkAllocateMemory: out of device memory"),
            std::string::npos);
}

// A driver that compiles a shader wrongly.
TEST_F(DeviceFault, WrongResultsAreFoundBeforeAnybodySeesThem) {
  faulty_drop_dispatches();
  const std::string why = run_and_explain();
  EXPECT_NE(why.find("computes wrongly"), std::string::npos) << why;
}

TEST_F(DeviceFault, NoLibrary) {
  const std::string library = getenv("DCM_VULKAN_LIBRARY");
  setenv("DCM_VULKAN_LIBRARY", "/nowhere/libvulkan.so", 1);
  const std::string why = run_and_explain();
  EXPECT_EQ(dcm_device_count(), 1u);
  setenv("DCM_VULKAN_LIBRARY", library.c_str(), 1);
  EXPECT_NE(why.find("no Vulkan library"), std::string::npos) << why;
}

TEST_F(DeviceFault, NoSuchDevice) {
  const dcm_options options = device_options("vulkan:9");
  const Opened opened = open_bytes(small_file(), &options);
  ASSERT_EQ(opened.code, DCM_OK);
  EXPECT_NE(std::string(report_of(opened.model.get()).fallback).find("vulkan:9"), std::string::npos);
}

std::filesystem::path cache_file() {
  std::filesystem::path found;
  for (const auto& entry : std::filesystem::directory_iterator(cache_directory())) found = entry.path();
  return found;
}

TEST_F(DeviceFault, TheSecondStartChecksNothing) {
  empty_cache();
  EXPECT_EQ(run_and_explain(2, true), "");
  const uint32_t first = faulty_calls("vkQueueSubmit");
  ASSERT_FALSE(cache_file().empty());
  faulty_reset();
  EXPECT_EQ(run_and_explain(2, true), "");
  EXPECT_LT(faulty_calls("vkQueueSubmit"), first);
}

// No driver for the CPU keeps any.
TEST_F(DeviceFault, TheDriverGetsBackWhatItKept) {
  empty_cache();
  faulty_keep_pipelines(100'003);
  EXPECT_EQ(run_and_explain(2, true), "");
  EXPECT_EQ(faulty_kept_pipelines(), 0u);
  EXPECT_EQ(run_and_explain(2, true), "");
  EXPECT_EQ(faulty_kept_pipelines(), 100'003u);
}

// An app with two networks: neither start forgets what the other's has checked.
TEST_F(DeviceFault, ModelsShareTheFile) {
  empty_cache();
  const dcm_options options = device_options("vulkan", true);
  const Bytes files[] = {small_file(), wide_network().build()};
  uint32_t submits[3][2];
  std::filesystem::file_time_type written[3];
  for (int start = 0; start < 3; ++start) {
    for (int i = 0; i < 2; ++i) {
      faulty_reset();
      const Opened opened = open_bytes(files[i], &options);
      ASSERT_EQ(opened.code, DCM_OK) << opened.text;
      EXPECT_STREQ(report_of(opened.model.get()).fallback, "");
      submits[start][i] = faulty_calls("vkQueueSubmit");
    }
    written[start] = std::filesystem::last_write_time(cache_file());
  }
  for (int i = 0; i < 2; ++i) {
    EXPECT_LT(submits[1][i], submits[0][i]);
    EXPECT_EQ(submits[2][i], submits[1][i]);
  }
  EXPECT_EQ(written[1], written[0]);  // nothing new, nothing to write
  EXPECT_EQ(written[2], written[0]);
}

// Whatever happened to the file: it is used as it was written, or not at all.
TEST_F(DeviceFault, ADamagedCacheIsNone) {
  empty_cache();
  ASSERT_EQ(run_and_explain(2, true), "");
  const uint32_t first = faulty_calls("vkQueueSubmit");
  const std::filesystem::path path = cache_file();
  std::ifstream in(path, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  ASSERT_GT(whole.size(), 200u);
  const auto with = [&](const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    faulty_reset();
    EXPECT_EQ(run_and_explain(2, true), "");
    EXPECT_EQ(faulty_calls("vkQueueSubmit"), first);
  };
  for (const size_t at : {size_t{0}, size_t{9}, size_t{30}, size_t{160}, whole.size() / 2, whole.size() - 1}) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    SCOPED_TRACE(at);
    with(damaged);
  }
  with(whole.substr(0, whole.size() / 2));
  with(whole + "x");
  with("");
}

TEST_F(DeviceFault, ADirectoryThatCannotBeWrittenCostsTimeOnly) {
  dcm_options options = device_options();
  options.cache_directory = "/proc/nowhere";
  const Opened opened = open_bytes(small_file(), &options);
  ASSERT_EQ(opened.code, DCM_OK);
  EXPECT_STREQ(report_of(opened.model.get()).fallback, "");
}

}  // namespace
}  // namespace dcm::testing
