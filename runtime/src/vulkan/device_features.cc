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
  const uint32_t version = facts->properties.apiVersion;
  const auto has = [&](uint32_t since, const char* name) {
    return version >= since || (extensions != nullptr && extensions->has(name));
  };
  const bool has_driver = has(VK_API_VERSION_1_2, VK_KHR_DRIVER_PROPERTIES_EXTENSION_NAME);
  const bool has_storage8 = has(VK_API_VERSION_1_2, VK_KHR_8BIT_STORAGE_EXTENSION_NAME);
  const bool has_float16 = has(VK_API_VERSION_1_2, VK_KHR_SHADER_FLOAT16_INT8_EXTENSION_NAME);
  const bool has_dot = has(VK_API_VERSION_1_3, VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME);
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
  VkPhysicalDeviceShaderFloat16Int8Features float16 = {};
  VkPhysicalDeviceShaderIntegerDotProductFeatures integer_dot = {};
  VkPhysicalDeviceFeatures2 features = {};
  features.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
  chain(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES, &storage16, &features.pNext);
  if (has_storage8) chain(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES, &storage8, &features.pNext);
  if (has_float16) chain(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES, &float16, &features.pNext);
  if (has_dot)
    chain(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES, &integer_dot, &features.pNext);
  calls.GetPhysicalDeviceFeatures2(device, &features);

  Traits& traits = facts->traits;
  traits.subgroup = subgroup.subgroupSize == 0 ? 1 : subgroup.subgroupSize;
  traits.features = 0;
  if ((subgroup.supportedStages & VK_SHADER_STAGE_COMPUTE_BIT) != 0 &&
      (subgroup.supportedOperations & VK_SUBGROUP_FEATURE_ARITHMETIC_BIT) != 0)
    traits.features |= kSubgroupArithmetic;
  if (storage16.storageBuffer16BitAccess != VK_FALSE) traits.features |= kStorage16;
  if (storage8.storageBuffer8BitAccess != VK_FALSE) traits.features |= kStorage8;
  if (float16.shaderFloat16 != VK_FALSE) traits.features |= kFloat16;
  if (integer_dot.shaderIntegerDotProduct != VK_FALSE) traits.features |= kIntegerDot;
}

void describe_features(uint32_t features, char* text, uint64_t size) {
  constexpr struct {
    Feature bit;
    const char* name;
  } kNames[] = {{kSubgroupArithmetic, "subgroup arithmetic"},
                {kStorage16, "16-bit storage"},
                {kStorage8, "8-bit storage"},
                {kFloat16, "fp16 arithmetic"},
                {kIntegerDot, "integer dot product"}};
  text[0] = '\0';
  for (const auto& named : kNames) {
    if ((features & named.bit) == 0) continue;
    const uint64_t used = std::strlen(text);
    std::snprintf(text + used, size - used, "%s%s", used == 0 ? "" : ", ", named.name);
  }
}

void OptionalFeatures::request(const DeviceFacts& facts, VkDeviceCreateInfo* info) {
  void* head = nullptr;
  uint32_t extensions = 0;
  const uint32_t features = facts.traits.features, version = facts.properties.apiVersion;
  if ((features & kStorage16) != 0) {
    storage16_.storageBuffer16BitAccess = VK_TRUE;
    chain(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES, &storage16_, &head);
  }
  if ((features & kStorage8) != 0) {
    storage8_.storageBuffer8BitAccess = VK_TRUE;
    chain(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES, &storage8_, &head);
    if (version < VK_API_VERSION_1_2) extensions_[extensions++] = VK_KHR_8BIT_STORAGE_EXTENSION_NAME;
  }
  if ((features & kFloat16) != 0) {
    float16_.shaderFloat16 = VK_TRUE;
    chain(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES, &float16_, &head);
    if (version < VK_API_VERSION_1_2) extensions_[extensions++] = VK_KHR_SHADER_FLOAT16_INT8_EXTENSION_NAME;
  }
  if ((features & kIntegerDot) != 0) {
    integer_dot_.shaderIntegerDotProduct = VK_TRUE;
    chain(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES, &integer_dot_, &head);
    if (version < VK_API_VERSION_1_3) extensions_[extensions++] = VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME;
  }
  info->pNext = head;
  info->enabledExtensionCount = extensions;
  info->ppEnabledExtensionNames = extensions_;
}

}  // namespace dcm::vulkan
