// A Vulkan library in front of the system's, which fails as told and makes a device look smaller than it is. A test
// sets DCM_VULKAN_LIBRARY to its path.
#pragma once

#include <cstdint>

extern "C" {

// Forgets everything that was told.
void faulty_reset(void);

// Call number `nth` (1 is the next) of that function and all later ones give the result, without doing anything.
// name: "vkAllocateMemory", ...
void faulty_fail(const char* name, uint32_t nth, int32_t result);

// How often the function was called since the reset.
uint32_t faulty_calls(const char* name);

// From now on dispatches are dropped: what shaders should have written is not written.
void faulty_drop_dispatches(void);

// From now on drivers keep compiled pipelines: a pipeline cache gives so many bytes more than the driver behind does,
// which keeps none where it runs on the CPU.
void faulty_keep_pipelines(uint32_t bytes);
// How many of those bytes the last pipeline cache was made from, unchanged.
uint32_t faulty_kept_pipelines(void);

// What devices say of themselves: each number that is not 0 in place of the true one, where it is lower (alignment:
// higher).
struct FaultyLimits {
  uint32_t workgroup_size;   // maxComputeWorkGroupInvocations, maxComputeWorkGroupSize[0]
  uint32_t workgroup_count;  // maxComputeWorkGroupCount
  uint32_t storage_range;    // maxStorageBufferRange
  uint32_t alignment;        // minStorageBufferOffsetAlignment, nonCoherentAtomSize
  bool no_features;          // no optional feature
  bool no_shared_memory;     // memory that the CPU sees is not the device's own, and not coherent
};
void faulty_limit(const FaultyLimits* limits);

}  // extern "C"
