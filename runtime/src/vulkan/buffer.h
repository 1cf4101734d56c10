// A buffer with memory of its own.
#pragma once

#include "vulkan/device.h"

namespace dcm::vulkan {

enum class BufferUse : uint8_t {
  kDevice,  // shaders and copies alone see it
  kShared,  // the CPU writes and reads it too, through mapped()
};

class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer taken(std::move(other));
    swap(taken);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer();

  // bytes are at least 1, and counted against the budget until the buffer goes. The device and the budget outlive it.
  Status allocate(Device& device, MemoryBudget& budget, BufferUse use, uint64_t bytes);

  VkBuffer handle() const { return handle_; }
  uint64_t size() const { return size_; }
  uint8_t* mapped() const { return static_cast<uint8_t*>(mapped_); }

  // Makes what the CPU wrote visible to commands that are submitted later; what finished commands wrote, to the CPU.
  Status flush();
  Status invalidate();

 private:
  void swap(Buffer& other) noexcept;

  Device* device_ = nullptr;
  MemoryBudget* budget_ = nullptr;
  VkBuffer handle_ = VK_NULL_HANDLE;
  VkDeviceMemory memory_ = VK_NULL_HANDLE;
  void* mapped_ = nullptr;
  uint64_t size_ = 0, counted_ = 0;
  bool coherent_ = true;
};

// Whether shaders may work in shared memory without loss: the device has no memory that is nearer to it, and the CPU's
// cache sees it.
bool shares_memory(const DeviceFacts& facts);

}  // namespace dcm::vulkan
