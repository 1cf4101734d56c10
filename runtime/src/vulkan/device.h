// One Vulkan device with one compute queue, and what it can do.
#pragma once

#include <pthread.h>

#include "core/array.h"
#include "vulkan/calls.h"
#include "vulkan/lowering.h"
#include "vulkan/shader.h"

namespace dcm::vulkan {

constexpr uint32_t kMostDevices = 16;

class Instance {
 public:
  Instance() = default;
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance();

  // Finds the devices that have Vulkan 1.1 and a compute queue, real GPUs before others.
  Status open();

  Calls calls = {};
  VkInstance handle = VK_NULL_HANDLE;
  VkPhysicalDevice devices[kMostDevices] = {};
  uint32_t count = 0;
};

// What a physical device says of itself.
struct DeviceFacts {
  VkPhysicalDeviceProperties properties;
  char driver[VK_MAX_DRIVER_NAME_SIZE + VK_MAX_DRIVER_INFO_SIZE + 2];  // "" unless it says
  VkPhysicalDeviceMemoryProperties memory;
  uint32_t queue_family;
  uint32_t timestamp_bits;  // of the queue
  Traits traits;
  uint64_t storage_range;  // bytes that one binding can have
  uint64_t alignment;      // of a binding's offset, at least kMemoryAlignment; a power of two

  uint64_t local_bytes() const;  // of the largest heap that is the device's own
};

// False for a device that has no compute queue or no Vulkan 1.1.
bool read_facts(const Calls& calls, VkPhysicalDevice device, DeviceFacts* facts);

// "discrete GPU", "CPU", ...
const char* device_kind(VkPhysicalDeviceType type);

class Device {
 public:
  Device() = default;
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  ~Device();

  // id: "vulkan", the first, or "vulkan:N". MACHINE_UNSUPPORTED if there is no such device.
  Status open(const char* id);

  // Hands commands over and waits until they are done. Any thread may call it.
  Status submit(VkCommandBuffer commands, VkFence fence);

  const Calls& calls() const { return instance_.calls; }
  VkDevice handle() const { return handle_; }
  VkQueue queue() const { return queue_; }
  const DeviceFacts& facts() const { return facts_; }
  const Traits& traits() const { return facts_.traits; }

 private:
  Instance instance_;
  DeviceFacts facts_ = {};
  VkDevice handle_ = VK_NULL_HANDLE;
  VkQueue queue_ = VK_NULL_HANDLE;
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

}  // namespace dcm::vulkan
