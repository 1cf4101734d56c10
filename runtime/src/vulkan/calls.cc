#include "vulkan/calls.h"

#include <dlfcn.h>

#include <cstdlib>

namespace dcm::vulkan {
namespace {

void* open_first() {
  const char* forced = std::getenv("DCM_VULKAN_LIBRARY");
  if (forced != nullptr && forced[0] != '\0') return dlopen(forced, RTLD_NOW | RTLD_LOCAL);
  for (const char* name : {"libvulkan.so.1", "libvulkan.so"}) {  // the second is Android's
    void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) return library;
  }
  return nullptr;
}

Status missing(const char* name) {
  return Status::error(DCM_MACHINE_UNSUPPORTED, "the Vulkan library has no function vk%s", name);
}

const char* result_name(VkResult result) {
  switch (result) {
    case VK_ERROR_OUT_OF_HOST_MEMORY:
      return "out of host memory";
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
      return "out of device memory";
    case VK_ERROR_INITIALIZATION_FAILED:
      return "initialisation failed";
    case VK_ERROR_DEVICE_LOST:
      return "the device is lost";
    case VK_ERROR_MEMORY_MAP_FAILED:
      return "memory cannot be mapped";
    case VK_ERROR_INCOMPATIBLE_DRIVER:
      return "no driver";
    case VK_TIMEOUT:
      return "no answer in time";
    default:
      return nullptr;
  }
}

}  // namespace

Status Calls::open_library() {
  void* library = open_first();
  if (library == nullptr) return Status::error(DCM_MACHINE_UNSUPPORTED, "no Vulkan library: %s", dlerror());
  GetInstanceProcAddr = reinterpret_cast<PFN_vkGetInstanceProcAddr>(dlsym(library, "vkGetInstanceProcAddr"));
  if (GetInstanceProcAddr == nullptr) return missing("GetInstanceProcAddr");
  const auto version =
      reinterpret_cast<PFN_vkEnumerateInstanceVersion>(GetInstanceProcAddr(nullptr, "vkEnumerateInstanceVersion"));
  uint32_t number = VK_API_VERSION_1_0;
  if (version != nullptr) DCM_TRY(verify(version(&number), "vkEnumerateInstanceVersion"));
  if (number < VK_API_VERSION_1_1)
    return Status::error(DCM_MACHINE_UNSUPPORTED, "the Vulkan library knows Vulkan 1.0 only, expected 1.1");
  CreateInstance = reinterpret_cast<PFN_vkCreateInstance>(GetInstanceProcAddr(nullptr, "vkCreateInstance"));
  return CreateInstance == nullptr ? missing("CreateInstance") : Status();
}

Status Calls::find_instance_calls(VkInstance instance) {
#define DCM_VULKAN_FIND(name)                                                       \
  name = reinterpret_cast<PFN_vk##name>(GetInstanceProcAddr(instance, "vk" #name)); \
  if (name == nullptr) return missing(#name);
  DCM_VULKAN_INSTANCE_CALLS(DCM_VULKAN_FIND)
#undef DCM_VULKAN_FIND
  return {};
}

Status Calls::find_device_calls(VkDevice device) {
#define DCM_VULKAN_FIND(name)                                                   \
  name = reinterpret_cast<PFN_vk##name>(GetDeviceProcAddr(device, "vk" #name)); \
  if (name == nullptr) return missing(#name);
  DCM_VULKAN_DEVICE_CALLS(DCM_VULKAN_FIND)
#undef DCM_VULKAN_FIND
  return {};
}

Status verify(VkResult result, const char* call) {
  if (result == VK_SUCCESS) return {};
  const bool memory = result == VK_ERROR_OUT_OF_HOST_MEMORY || result == VK_ERROR_OUT_OF_DEVICE_MEMORY;
  const dcm_code code = memory ? DCM_MACHINE_MEMORY : DCM_MACHINE_UNSUPPORTED;
  const char* name = result_name(result);
  if (name != nullptr) return Status::error(code, "%s: %s", call, name);
  return Status::error(code, "%s: VkResult %d", call, static_cast<int>(result));
}

}  // namespace dcm::vulkan
