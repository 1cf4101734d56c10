#include "vulkan/buffer.h"

#include <utility>

namespace dcm::vulkan {
namespace {

constexpr uint32_t kNoType = 0xFFFFFFFFu;
constexpr VkMemoryPropertyFlags kLocal = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
constexpr VkMemoryPropertyFlags kVisible = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
constexpr VkMemoryPropertyFlags kCached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
constexpr VkMemoryPropertyFlags kCoherent = VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;

// Types that applications may not use without asking, or that keep nothing.
constexpr VkMemoryPropertyFlags kSpecial = VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT | VK_MEMORY_PROPERTY_PROTECTED_BIT |
                                           VK_MEMORY_PROPERTY_DEVICE_COHERENT_BIT_AMD;

uint32_t find_type(const VkPhysicalDeviceMemoryProperties& memory, uint32_t allowed, VkMemoryPropertyFlags wanted) {
  for (uint32_t i = 0; i < memory.memoryTypeCount; ++i) {
    const VkMemoryPropertyFlags flags = memory.memoryTypes[i].propertyFlags;
    if ((allowed >> i & 1) != 0 && (flags & wanted) == wanted && (flags & kSpecial) == 0) return i;
  }
  return kNoType;
}

// The first kind of memory that there is.
uint32_t choose_type(const VkPhysicalDeviceMemoryProperties& memory, uint32_t allowed, BufferUse use) {
  constexpr VkMemoryPropertyFlags kDeviceWishes[] = {kLocal, 0};
  constexpr VkMemoryPropertyFlags kSharedWishes[] = {kLocal | kVisible | kCached | kCoherent,
                                                     kLocal | kVisible | kCached, kVisible | kCached | kCoherent,
                                                     kVisible | kCached, kVisible};
  const bool device = use == BufferUse::kDevice;
  const VkMemoryPropertyFlags* wishes = device ? kDeviceWishes : kSharedWishes;
  const uint32_t count = device ? 2 : 5;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t type = find_type(memory, allowed, wishes[i]);
    if (type != kNoType) return type;
  }
  return kNoType;
}

}  // namespace

bool shares_memory(const DeviceFacts& facts) {
  return find_type(facts.memory, 0xFFFFFFFFu, kLocal | kVisible | kCached) != kNoType;
}

Buffer::~Buffer() {
  if (device_ == nullptr) return;
  const Calls& calls = device_->calls();
  if (handle_ != VK_NULL_HANDLE) calls.DestroyBuffer(device_->handle(), handle_, nullptr);
  if (memory_ != VK_NULL_HANDLE) calls.FreeMemory(device_->handle(), memory_, nullptr);  // unmaps it
  budget_->give_back(counted_);
}

void Buffer::swap(Buffer& other) noexcept {
  std::swap(device_, other.device_);
  std::swap(budget_, other.budget_);
  std::swap(handle_, other.handle_);
  std::swap(memory_, other.memory_);
  std::swap(mapped_, other.mapped_);
  std::swap(size_, other.size_);
  std::swap(counted_, other.counted_);
  std::swap(coherent_, other.coherent_);
}

Status Buffer::allocate(Device& device, MemoryBudget& budget, BufferUse use, uint64_t bytes) {
  const Calls& calls = device.calls();
  Buffer fresh;
  fresh.device_ = &device;
  fresh.budget_ = &budget;
  fresh.size_ = bytes;
  VkBufferCreateInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO;
  info.size = bytes;
  info.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT;
  info.sharingMode = VK_SHARING_MODE_EXCLUSIVE;
  DCM_TRY(verify(calls.CreateBuffer(device.handle(), &info, nullptr, &fresh.handle_), "vkCreateBuffer"));

  VkMemoryRequirements needs;
  calls.GetBufferMemoryRequirements(device.handle(), fresh.handle_, &needs);
  DCM_TRY(budget.count(needs.size));
  fresh.counted_ = needs.size;
  const uint32_t type = choose_type(device.facts().memory, needs.memoryTypeBits, use);
  if (type == kNoType) return Status::error(DCM_MACHINE_UNSUPPORTED, "the device has no memory for a buffer");
  VkMemoryAllocateInfo allocation = {};
  allocation.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO;
  allocation.allocationSize = needs.size;
  allocation.memoryTypeIndex = type;
  DCM_TRY(verify(calls.AllocateMemory(device.handle(), &allocation, nullptr, &fresh.memory_), "vkAllocateMemory"));
  DCM_TRY(verify(calls.BindBufferMemory(device.handle(), fresh.handle_, fresh.memory_, 0), "vkBindBufferMemory"));
  if (use == BufferUse::kShared) {
    DCM_TRY(
        verify(calls.MapMemory(device.handle(), fresh.memory_, 0, VK_WHOLE_SIZE, 0, &fresh.mapped_), "vkMapMemory"));
    fresh.coherent_ = (device.facts().memory.memoryTypes[type].propertyFlags & kCoherent) != 0;
  }
  swap(fresh);
  return {};
}

Status Buffer::flush() {
  if (coherent_) return {};
  const VkMappedMemoryRange range = {VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE, nullptr, memory_, 0, VK_WHOLE_SIZE};
  return verify(device_->calls().FlushMappedMemoryRanges(device_->handle(), 1, &range), "vkFlushMappedMemoryRanges");
}

Status Buffer::invalidate() {
  if (coherent_) return {};
  const VkMappedMemoryRange range = {VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE, nullptr, memory_, 0, VK_WHOLE_SIZE};
  return verify(device_->calls().InvalidateMappedMemoryRanges(device_->handle(), 1, &range),
                "vkInvalidateMappedMemoryRanges");
}

}  // namespace dcm::vulkan
