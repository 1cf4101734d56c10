#include "vulkan/device_features.h"

#include <cstdio>
#include <cstring>

namespace dcm::vulkan {
namespace {

constexpr uint32_t kMostExtensions = 512;

struct Extensions {
  VkExtensionProperties list[kMostExtensions];
  uint32_t count = 0;

  bool has(const char* name) const {
    for (uint32_t i = 0; i < count; ++i)
      if (std::strcmp(list[i].extensionName, name) == 0) return true;
    return false;
  }
};

// Puts a structure at the head of a chain.
template <typename T>
void chain(VkStructureType type, T* structure, void** head) {
  structure->sType = type;
  structure->pNext = *head;
  *head = structure;
}

}  // namespace

void read_optional(const Calls& calls, VkPhysicalDevice device, DeviceFacts* facts) {
  Extensions* extensions = create<Extensions>();
  if (extensions != nullptr) {
    extensions->count = kMostExtensions;
    const VkResult result =
        calls.EnumerateDeviceExtensionProperties(device, nullptr, &extensions->count, extensions->list);
    if (result != VK_SUCCESS && result != VK_INCOMPLETE) extensions->count = 0;
  }
  // The application is one of Vulkan 1.1: what later versions took into their core is an extension for it.
  const auto has = [&](const char* name) { return extensions != nullptr && extensions->has(name); };
  const bool has_driver = has(VK_KHR_DRIVER_PROPERTIES_EXTENSION_NAME);
  const bool has_storage8 = has(VK_KHR_8BIT_STORAGE_EXTENSION_NAME);
  destroy(extensions);

  VkPhysicalDeviceSubgroupProperties subgroup = {};
  VkPhysicalDeviceDriverProperties driver = {};
  VkPhysicalDeviceProperties2 properties = {};
  properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2;
  chain(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES, &subgroup, &properties.pNext);
  if (has_driver) chain(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES, &driver, &properties.pNext);
  calls.GetPhysicalDeviceProperties2(device, &properties);
  std::snprintf(facts->driver, sizeof facts->driver, "%s%s%s", driver.driverName, driver.driverInfo[0] ? " " : "",
                driver.driverInfo);

  VkPhysicalDevice16BitStorageFeatures storage16 = {};
  VkPhysicalDevice8BitStorageFeatures storage8 = {};
  VkPhysicalDeviceFeatures2 features = {};
  features.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
  chain(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES, &storage16, &features.pNext);
  if (has_storage8) chain(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES, &storage8, &features.pNext);
  calls.GetPhysicalDeviceFeatures2(device, &features);

  Traits& traits = facts->traits;
  traits.subgroup = subgroup.subgroupSize == 0 ? 1 : subgroup.subgroupSize;
  traits.features = 0;
  if ((subgroup.supportedStages & VK_SHADER_STAGE_COMPUTE_BIT) != 0 &&
      (subgroup.supportedOperations & VK_SUBGROUP_FEATURE_ARITHMETIC_BIT) != 0)
    traits.features |= kSubgroupArithmetic;
  if (storage16.storageBuffer16BitAccess != VK_FALSE && storage8.storageBuffer8BitAccess != VK_FALSE)
    traits.features |= kNarrowStorage;
}

void describe_features(uint32_t features, char* text, uint64_t size) {
  constexpr struct {
    Feature bit;
    const char* name;
  } kNames[] = {{kSubgroupArithmetic, "subgroup arithmetic"}, {kNarrowStorage, "8-bit and 16-bit storage"}};
  text[0] = '\0';
  for (const auto& named : kNames) {
    if ((features & named.bit) == 0) continue;
    const uint64_t used = std::strlen(text);
    std::snprintf(text + used, size - used, "%s%s", used == 0 ? "" : ", ", named.name);
  }
}

void OptionalFeatures::request(const DeviceFacts& facts, VkDeviceCreateInfo* info) {
  if ((facts.traits.features & kNarrowStorage) == 0) return;
  void* head = nullptr;
  storage16_.storageBuffer16BitAccess = VK_TRUE;
  chain(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES, &storage16_, &head);
  storage8_.storageBuffer8BitAccess = VK_TRUE;
  chain(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES, &storage8_, &head);
  info->pNext = head;
  info->enabledExtensionCount = 1;
  info->ppEnabledExtensionNames = &storage8_extension_;
}

}  // namespace dcm::vulkan
