#include "faulty_vulkan.h"

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "vulkan/calls.h"

namespace {

#define FAULTY_CALLS(CALL) DCM_VULKAN_INSTANCE_CALLS(CALL) DCM_VULKAN_DEVICE_CALLS(CALL) CALL(CreateInstance)

enum Index : uint32_t {
#define FAULTY_INDEX(name) k##name,
  FAULTY_CALLS(FAULTY_INDEX)
#undef FAULTY_INDEX
      kCalls
};

constexpr const char* kNames[kCalls] = {
#define FAULTY_NAME(name) "vk" #name,
    FAULTY_CALLS(FAULTY_NAME)
#undef FAULTY_NAME
};

struct Fault {
  std::atomic<uint32_t> calls{0}, from{0};  // from: 0 for none
  std::atomic<int32_t> result{0};
};

Fault faults[kCalls];
std::atomic<bool> drops{false};
std::atomic<uint32_t> keeps{0}, kept{0};  // bytes of pipelines
FaultyLimits limited = {};
PFN_vkVoidFunction real[kCalls];
PFN_vkGetInstanceProcAddr real_get_instance = nullptr;
PFN_vkGetDeviceProcAddr real_get_device = nullptr;

template <uint32_t kIndex>
bool fails(VkResult* result) {
  Fault& fault = faults[kIndex];
  const uint32_t number = ++fault.calls;
  if (fault.from == 0 || number < fault.from) return false;
  *result = static_cast<VkResult>(fault.result.load());
  return true;
}

template <uint32_t kIndex, typename Function>
struct Wrap;
template <uint32_t kIndex, typename Returned, typename... Arguments>
struct Wrap<kIndex, Returned(VKAPI_PTR*)(Arguments...)> {
  static Returned VKAPI_CALL call(Arguments... arguments) {
    VkResult result = VK_SUCCESS;
    const bool failed = fails<kIndex>(&result);
    if constexpr (std::is_same_v<Returned, VkResult>)
      if (failed) return result;
    if (kIndex == kCmdDispatch && drops) return Returned();
    return reinterpret_cast<Returned(VKAPI_PTR*)(Arguments...)>(real[kIndex])(arguments...);
  }
};

void lower(uint32_t* value, uint32_t limit) {
  if (limit != 0) *value = std::min(*value, limit);
}

VKAPI_ATTR void VKAPI_CALL get_properties(VkPhysicalDevice device, VkPhysicalDeviceProperties* properties) {
  reinterpret_cast<PFN_vkGetPhysicalDeviceProperties>(real[kGetPhysicalDeviceProperties])(device, properties);
  VkPhysicalDeviceLimits& limits = properties->limits;
  lower(&limits.maxComputeWorkGroupInvocations, limited.workgroup_size);
  lower(&limits.maxComputeWorkGroupSize[0], limited.workgroup_size);
  for (uint32_t& count : limits.maxComputeWorkGroupCount) lower(&count, limited.workgroup_count);
  lower(&limits.maxStorageBufferRange, limited.storage_range);
  limits.minStorageBufferOffsetAlignment =
      std::max<VkDeviceSize>(limits.minStorageBufferOffsetAlignment, limited.alignment);
  limits.nonCoherentAtomSize = std::max<VkDeviceSize>(limits.nonCoherentAtomSize, limited.alignment);
  if (limited.no_features) properties->apiVersion = std::min<uint32_t>(properties->apiVersion, VK_API_VERSION_1_1);
}

VKAPI_ATTR void VKAPI_CALL get_properties2(VkPhysicalDevice device, VkPhysicalDeviceProperties2* properties) {
  reinterpret_cast<PFN_vkGetPhysicalDeviceProperties2>(real[kGetPhysicalDeviceProperties2])(device, properties);
  for (VkBaseOutStructure* each = static_cast<VkBaseOutStructure*>(properties->pNext); each != nullptr;
       each = each->pNext)
    if (each->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES && limited.no_features)
      reinterpret_cast<VkPhysicalDeviceSubgroupProperties*>(each)->supportedOperations = VK_SUBGROUP_FEATURE_BASIC_BIT;
}

VKAPI_ATTR void VKAPI_CALL get_features2(VkPhysicalDevice device, VkPhysicalDeviceFeatures2* features) {
  if (!limited.no_features)
    reinterpret_cast<PFN_vkGetPhysicalDeviceFeatures2>(real[kGetPhysicalDeviceFeatures2])(device, features);
}

VKAPI_ATTR void VKAPI_CALL get_memory(VkPhysicalDevice device, VkPhysicalDeviceMemoryProperties* memory) {
  reinterpret_cast<PFN_vkGetPhysicalDeviceMemoryProperties>(real[kGetPhysicalDeviceMemoryProperties])(device, memory);
  if (!limited.no_shared_memory) return;
  for (uint32_t i = 0; i < memory->memoryTypeCount; ++i) {
    VkMemoryPropertyFlags& flags = memory->memoryTypes[i].propertyFlags;
    if ((flags & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) != 0)
      flags &= ~static_cast<VkMemoryPropertyFlags>(VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT |
                                                   VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
  }
}

uint8_t pattern(size_t i) {
  return static_cast<uint8_t>(i * 7 + 3);
}

VKAPI_ATTR VkResult VKAPI_CALL get_pipelines(VkDevice device, VkPipelineCache cache, size_t* size, void* data) {
  const auto get = reinterpret_cast<PFN_vkGetPipelineCacheData>(real[kGetPipelineCacheData]);
  size_t own = 0;
  VkResult result = VK_SUCCESS;
  if (fails<kGetPipelineCacheData>(&result)) return result;
  if (data != nullptr) own = *size - std::min<size_t>(*size, keeps);
  result = get(device, cache, &own, data);
  if (result != VK_SUCCESS) return result;
  if (data != nullptr)
    for (size_t i = 0; i < keeps; ++i) static_cast<uint8_t*>(data)[own + i] = pattern(i);
  *size = own + keeps;
  return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL create_pipelines(VkDevice device, const VkPipelineCacheCreateInfo* info,
                                                const VkAllocationCallbacks* allocator, VkPipelineCache* cache) {
  VkResult result = VK_SUCCESS;
  if (fails<kCreatePipelineCache>(&result)) return result;
  VkPipelineCacheCreateInfo behind = *info;
  behind.initialDataSize -= std::min<size_t>(info->initialDataSize, keeps);
  const uint8_t* const given = static_cast<const uint8_t*>(info->pInitialData) + behind.initialDataSize;
  kept = 0;
  while (kept < info->initialDataSize - behind.initialDataSize && given[kept] == pattern(kept)) ++kept;
  return reinterpret_cast<PFN_vkCreatePipelineCache>(real[kCreatePipelineCache])(device, &behind, allocator, cache);
}

PFN_vkVoidFunction wrapper(uint32_t index) {
  if (index == kGetPipelineCacheData) return reinterpret_cast<PFN_vkVoidFunction>(get_pipelines);
  if (index == kCreatePipelineCache) return reinterpret_cast<PFN_vkVoidFunction>(create_pipelines);
  switch (index) {
    case kGetPhysicalDeviceProperties:
      return reinterpret_cast<PFN_vkVoidFunction>(get_properties);
    case kGetPhysicalDeviceProperties2:
      return reinterpret_cast<PFN_vkVoidFunction>(get_properties2);
    case kGetPhysicalDeviceFeatures2:
      return reinterpret_cast<PFN_vkVoidFunction>(get_features2);
    case kGetPhysicalDeviceMemoryProperties:
      return reinterpret_cast<PFN_vkVoidFunction>(get_memory);
#define FAULTY_WRAPPER(name) \
  case k##name:              \
    return reinterpret_cast<PFN_vkVoidFunction>(Wrap<k##name, PFN_vk##name>::call);
#define FAULTY_DEVICE_WRAPPERS(CALL) DCM_VULKAN_DEVICE_CALLS(CALL)
      FAULTY_DEVICE_WRAPPERS(FAULTY_WRAPPER)
      FAULTY_WRAPPER(CreateInstance)
      FAULTY_WRAPPER(CreateDevice)
      FAULTY_WRAPPER(DestroyInstance)
      FAULTY_WRAPPER(EnumerateDeviceExtensionProperties)
      FAULTY_WRAPPER(EnumeratePhysicalDevices)
      FAULTY_WRAPPER(GetPhysicalDeviceQueueFamilyProperties)
    default:
      return nullptr;
  }
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_device(VkDevice device, const char* name);

uint32_t index_of(const char* name) {
  for (uint32_t i = 0; i < kCalls; ++i)
    if (std::strcmp(kNames[i], name) == 0) return i;
  return kCalls;
}

// What the caller gets for a function of the library behind.
PFN_vkVoidFunction stand_in(const char* name, PFN_vkVoidFunction found) {
  const uint32_t index = index_of(name);
  if (found == nullptr || index == kCalls) return found;
  if (index == kGetDeviceProcAddr) {
    real_get_device = reinterpret_cast<PFN_vkGetDeviceProcAddr>(found);
    return reinterpret_cast<PFN_vkVoidFunction>(get_device);
  }
  real[index] = found;
  return wrapper(index);
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_device(VkDevice device, const char* name) {
  return stand_in(name, real_get_device(device, name));
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) PFN_vkVoidFunction vkGetInstanceProcAddr(VkInstance instance, const char* name) {
  if (real_get_instance == nullptr) {
    void* library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return nullptr;
    real_get_instance = reinterpret_cast<PFN_vkGetInstanceProcAddr>(dlsym(library, "vkGetInstanceProcAddr"));
  }
  return stand_in(name, real_get_instance(instance, name));
}

__attribute__((visibility("default"))) void faulty_reset(void) {
  for (Fault& fault : faults) fault.calls = 0, fault.from = 0;
  drops = false;
  keeps = kept = 0;
  limited = {};
}

__attribute__((visibility("default"))) void faulty_fail(const char* name, uint32_t nth, int32_t result) {
  Fault& fault = faults[index_of(name)];
  fault.result = result;
  fault.from = fault.calls + nth;
}

__attribute__((visibility("default"))) uint32_t faulty_calls(const char* name) {
  return faults[index_of(name)].calls;
}

__attribute__((visibility("default"))) void faulty_drop_dispatches(void) {
  drops = true;
}

__attribute__((visibility("default"))) void faulty_keep_pipelines(uint32_t bytes) {
  keeps = bytes;
}

__attribute__((visibility("default"))) uint32_t faulty_kept_pipelines(void) {
  return kept;
}

__attribute__((visibility("default"))) void faulty_limit(const FaultyLimits* limits) {
  limited = *limits;
}

}  // extern "C"
