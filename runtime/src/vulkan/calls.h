// Vulkan's functions, found at run time: nothing links against a Vulkan library.
#pragma once

#ifndef VK_NO_PROTOTYPES
#define VK_NO_PROTOTYPES
#endif
#include <vulkan/vulkan_core.h>

#include "core/status.h"

namespace dcm::vulkan {

// All are of Vulkan 1.1.
#define DCM_VULKAN_INSTANCE_CALLS(CALL)    \
  CALL(CreateDevice)                       \
  CALL(DestroyInstance)                    \
  CALL(EnumerateDeviceExtensionProperties) \
  CALL(EnumeratePhysicalDevices)           \
  CALL(GetDeviceProcAddr)                  \
  CALL(GetPhysicalDeviceFeatures2)         \
  CALL(GetPhysicalDeviceMemoryProperties)  \
  CALL(GetPhysicalDeviceProperties)        \
  CALL(GetPhysicalDeviceProperties2)       \
  CALL(GetPhysicalDeviceQueueFamilyProperties)

#define DCM_VULKAN_DEVICE_CALLS(CALL) \
  CALL(AllocateCommandBuffers)        \
  CALL(AllocateDescriptorSets)        \
  CALL(AllocateMemory)                \
  CALL(BeginCommandBuffer)            \
  CALL(BindBufferMemory)              \
  CALL(CmdBindDescriptorSets)         \
  CALL(CmdBindPipeline)               \
  CALL(CmdCopyBuffer)                 \
  CALL(CmdDispatch)                   \
  CALL(CmdPipelineBarrier)            \
  CALL(CmdPushConstants)              \
  CALL(CmdResetQueryPool)             \
  CALL(CmdWriteTimestamp)             \
  CALL(CreateBuffer)                  \
  CALL(CreateCommandPool)             \
  CALL(CreateComputePipelines)        \
  CALL(CreateDescriptorPool)          \
  CALL(CreateDescriptorSetLayout)     \
  CALL(CreateFence)                   \
  CALL(CreatePipelineCache)           \
  CALL(CreatePipelineLayout)          \
  CALL(CreateQueryPool)               \
  CALL(CreateShaderModule)            \
  CALL(DestroyBuffer)                 \
  CALL(DestroyCommandPool)            \
  CALL(DestroyDescriptorPool)         \
  CALL(DestroyDescriptorSetLayout)    \
  CALL(DestroyDevice)                 \
  CALL(DestroyFence)                  \
  CALL(DestroyPipeline)               \
  CALL(DestroyPipelineCache)          \
  CALL(DestroyPipelineLayout)         \
  CALL(DestroyQueryPool)              \
  CALL(DestroyShaderModule)           \
  CALL(DeviceWaitIdle)                \
  CALL(EndCommandBuffer)              \
  CALL(FlushMappedMemoryRanges)       \
  CALL(FreeMemory)                    \
  CALL(GetBufferMemoryRequirements)   \
  CALL(GetDeviceQueue)                \
  CALL(GetPipelineCacheData)          \
  CALL(GetQueryPoolResults)           \
  CALL(InvalidateMappedMemoryRanges)  \
  CALL(MapMemory)                     \
  CALL(QueueSubmit)                   \
  CALL(ResetFences)                   \
  CALL(UpdateDescriptorSets)          \
  CALL(WaitForFences)

struct Calls {
  PFN_vkGetInstanceProcAddr GetInstanceProcAddr;
  PFN_vkCreateInstance CreateInstance;
#define DCM_VULKAN_POINTER(name) PFN_vk##name name;
  DCM_VULKAN_INSTANCE_CALLS(DCM_VULKAN_POINTER)
  DCM_VULKAN_DEVICE_CALLS(DCM_VULKAN_POINTER)
#undef DCM_VULKAN_POINTER

  // Opens the system's Vulkan library, or the one that DCM_VULKAN_LIBRARY names. It stays open: drivers leave threads
  // behind that still run its code. MACHINE_UNSUPPORTED if there is none that knows Vulkan 1.1.
  Status open_library();
  Status find_instance_calls(VkInstance instance);
  Status find_device_calls(VkDevice device);
};

// Success, or what went wrong in that call: MACHINE_MEMORY, or MACHINE_UNSUPPORTED for all else.
Status verify(VkResult result, const char* call);

}  // namespace dcm::vulkan
