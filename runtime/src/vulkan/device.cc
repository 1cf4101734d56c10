#include "vulkan/device.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/lock.h"
#include "vulkan/device_features.h"

namespace dcm::vulkan {
namespace {

// Real GPUs first.
uint32_t rank_of(VkPhysicalDeviceType type) {
  switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
      return 0;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
      return 1;
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
      return 2;
    case VK_PHYSICAL_DEVICE_TYPE_CPU:
      return 4;
    default:
      return 3;
  }
}

bool find_queue(const Calls& calls, VkPhysicalDevice device, DeviceFacts* facts) {
  VkQueueFamilyProperties families[32];
  uint32_t count = 32;
  calls.GetPhysicalDeviceQueueFamilyProperties(device, &count, families);
  // A family for compute alone leaves the one that draws the screen in peace.
  bool found = false;
  for (uint32_t i = 0; i < count; ++i) {
    if ((families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) == 0 || families[i].queueCount == 0) continue;
    const bool draws = (families[i].queueFlags & VK_QUEUE_GRAPHICS_BIT) != 0;
    if (found && draws) continue;
    facts->queue_family = i;
    facts->timestamp_bits = families[i].timestampValidBits;
    found = true;
    if (!draws) break;
  }
  return found;
}

uint32_t power_of_two_below(uint32_t n) {
  uint32_t power = 1;
  while (power <= n / 2) power *= 2;
  return power;
}

}  // namespace

Instance::~Instance() {
  if (handle != VK_NULL_HANDLE) calls.DestroyInstance(handle, nullptr);
}

Status Instance::open() {
  DCM_TRY(calls.open_library());
  VkApplicationInfo application = {};
  application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO;
  application.pApplicationName = "dcmobile";
  application.apiVersion = VK_API_VERSION_1_1;
  VkInstanceCreateInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
  info.pApplicationInfo = &application;
  DCM_TRY(verify(calls.CreateInstance(&info, nullptr, &handle), "vkCreateInstance"));
  DCM_TRY(calls.find_instance_calls(handle));

  VkPhysicalDevice found[kMostDevices];
  uint32_t found_count = kMostDevices;
  const VkResult result = calls.EnumeratePhysicalDevices(handle, &found_count, found);
  if (result != VK_INCOMPLETE) DCM_TRY(verify(result, "vkEnumeratePhysicalDevices"));
  for (uint32_t rank = 0; rank <= 4; ++rank)
    for (uint32_t i = 0; i < found_count; ++i) {
      DeviceFacts facts = {};
      if (read_facts(calls, found[i], &facts) && rank_of(facts.properties.deviceType) == rank)
        devices[count++] = found[i];
    }
  return {};
}

uint64_t DeviceFacts::local_bytes() const {
  uint64_t most = 0;
  for (uint32_t i = 0; i < memory.memoryHeapCount; ++i)
    if ((memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0)
      most = std::max<uint64_t>(most, memory.memoryHeaps[i].size);
  return most;
}

bool read_facts(const Calls& calls, VkPhysicalDevice device, DeviceFacts* facts) {
  calls.GetPhysicalDeviceProperties(device, &facts->properties);
  if (facts->properties.apiVersion < VK_API_VERSION_1_1 || !find_queue(calls, device, facts)) return false;
  calls.GetPhysicalDeviceMemoryProperties(device, &facts->memory);
  const VkPhysicalDeviceLimits& limits = facts->properties.limits;
  Traits& traits = facts->traits;
  traits.most_invocations =
      power_of_two_below(std::min(limits.maxComputeWorkGroupInvocations, limits.maxComputeWorkGroupSize[0]));
  traits.shared_bytes = limits.maxComputeSharedMemorySize;
  read_optional(calls, device, facts);
  facts->storage_range = limits.maxStorageBufferRange;
  facts->alignment = std::max<uint64_t>(limits.minStorageBufferOffsetAlignment, kMemoryAlignment);
  facts->alignment = std::max<uint64_t>(facts->alignment, limits.nonCoherentAtomSize);
  return true;
}

const char* device_kind(VkPhysicalDeviceType type) {
  constexpr const char* kKinds[] = {"discrete GPU", "integrated GPU", "virtual GPU", "other", "CPU"};
  return kKinds[rank_of(type)];
}

Device::~Device() {
  if (handle_ != VK_NULL_HANDLE) instance_.calls.DestroyDevice(handle_, nullptr);
}

Status Device::open(const char* id) {
  DCM_TRY(instance_.open());
  const char* colon = std::strchr(id, ':');
  const unsigned long index = colon == nullptr ? 0 : std::strtoul(colon + 1, nullptr, 10);
  if (index >= instance_.count)
    return Status::error(DCM_MACHINE_UNSUPPORTED, "no device '%.20s': there are %u with Vulkan 1.1", id,
                         instance_.count);
  const VkPhysicalDevice physical = instance_.devices[index];
  if (!read_facts(instance_.calls, physical, &facts_))
    return Status::error(DCM_MACHINE_UNSUPPORTED, "the device '%.20s' has no compute queue", id);

  const float priority = 1.0f;
  VkDeviceQueueCreateInfo queue = {};
  queue.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO;
  queue.queueFamilyIndex = facts_.queue_family;
  queue.queueCount = 1;
  queue.pQueuePriorities = &priority;
  VkDeviceCreateInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
  info.queueCreateInfoCount = 1;
  info.pQueueCreateInfos = &queue;
  OptionalFeatures optional;
  optional.request(facts_, &info);
  DCM_TRY(verify(instance_.calls.CreateDevice(physical, &info, nullptr, &handle_), "vkCreateDevice"));
  DCM_TRY(instance_.calls.find_device_calls(handle_));
  instance_.calls.GetDeviceQueue(handle_, facts_.queue_family, 0, &queue_);
  return {};
}

Status Device::submit(VkCommandBuffer commands, VkFence fence) {
  VkSubmitInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
  info.commandBufferCount = 1;
  info.pCommandBuffers = &commands;
  DCM_TRY(verify(calls().ResetFences(handle_, 1, &fence), "vkResetFences"));
  {
    const Lock lock(mutex_);
    DCM_TRY(verify(calls().QueueSubmit(queue_, 1, &info, fence), "vkQueueSubmit"));
  }
  // No limit: what runs cannot be taken back, and a driver that gives up says that the device is lost.
  const Status done = verify(calls().WaitForFences(handle_, 1, &fence, VK_TRUE, UINT64_MAX), "vkWaitForFences");
  if (!done.ok()) {  // what the commands use will go: they must not run any more
    const Lock lock(mutex_);
    (void)calls().DeviceWaitIdle(handle_);
  }
  return done;
}

}  // namespace dcm::vulkan
