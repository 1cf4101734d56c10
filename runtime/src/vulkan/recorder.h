// Command buffers of steps and copies, with the descriptors that they need. They run as often as one likes.
#pragma once

#include "vulkan/pipelines.h"

namespace dcm::vulkan {

// What a binding of a step is bound to.
struct BoundRange {
  VkBuffer buffer = VK_NULL_HANDLE;  // null: the step does not use it
  uint64_t offset = 0, bytes = 0;
};

class Recorder {
 public:
  Recorder() = default;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder();

  // Room for so many steps in all; timestamps: for so many. The device and the pipelines outlive it.
  Status open(Device& device, Pipelines& pipelines, uint32_t most_steps, uint32_t timestamps);

  // Starts a command buffer; everything up to end() goes into it.
  Status begin(VkCommandBuffer* commands);
  // A step, after all before it. The first binding is never null.
  Status add(const Step& step, const BoundRange (&bindings)[4]);
  // A copy; it waits for nothing: barrier() does.
  void copy(const BoundRange& from, const BoundRange& to);
  // What comes later sees what copies and steps before it wrote.
  void barrier();
  // The CPU sees all of it once the commands are done.
  void barrier_to_host();
  // Writes the time when all before it is done.
  void timestamp(uint32_t index);
  Status end();

  // Runs a command buffer to its end.
  Status submit(VkCommandBuffer commands);
  // Of timestamps 0 .. count - 1, in nanoseconds.
  Status read_timestamps(uint64_t* ns, uint32_t count);

 private:
  Device* device_ = nullptr;
  Pipelines* pipelines_ = nullptr;
  VkCommandPool commands_ = VK_NULL_HANDLE;
  VkDescriptorPool descriptors_ = VK_NULL_HANDLE;
  VkQueryPool queries_ = VK_NULL_HANDLE;
  VkFence fence_ = VK_NULL_HANDLE;
  VkCommandBuffer now_ = VK_NULL_HANDLE;
};

// A number of workgroups as three that the device takes, their product no less than it.
struct GroupCounts {
  uint32_t x, y, z;
};
GroupCounts fold_groups(uint64_t groups, const uint32_t (&most)[3]);

}  // namespace dcm::vulkan
