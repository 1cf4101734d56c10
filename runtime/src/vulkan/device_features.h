// Features that only some devices have: asked for where they are there.
#pragma once

#include "vulkan/device.h"

namespace dcm::vulkan {

// Fills the driver's name, traits.features and traits.subgroup. The properties are known.
void read_optional(const Calls& calls, VkPhysicalDevice device, DeviceFacts* facts);

// The names of bits of Feature, one after another: "subgroup arithmetic, 8-bit and 16-bit storage".
void describe_features(uint32_t features, char* text, uint64_t size);

// The structures that ask for features; they outlive the call of vkCreateDevice.
class OptionalFeatures {
 public:
  // Adds to info what the device's features take.
  void request(const DeviceFacts& facts, VkDeviceCreateInfo* info);

 private:
  VkPhysicalDevice16BitStorageFeatures storage16_ = {};
  VkPhysicalDevice8BitStorageFeatures storage8_ = {};
  const char* storage8_extension_ = VK_KHR_8BIT_STORAGE_EXTENSION_NAME;
};

}  // namespace dcm::vulkan
