// A Vulkan device with as little around it as it takes to run one shader: the tests of the shaders do without the
// runtime's own. VK_ICD_FILENAMES chooses the driver.
#pragma once

#include <vulkan/vulkan.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "vulkan/lowering.h"
#include "vulkan/shader.h"

namespace dcm::testing {

// What a binding holds: words before and after it have a pattern that no result is, and they must keep it.
struct DeviceBuffer {
  VkBuffer buffer = VK_NULL_HANDLE;
  VkDeviceMemory memory = VK_NULL_HANDLE;
  uint32_t* mapped = nullptr;
  size_t words = 0;

  uint32_t* data() { return mapped + kGuardWords; }

  static constexpr size_t kGuardWords = 64;          // 256 bytes: the largest alignment that a device may ask for
  static constexpr uint32_t kPattern = 0x7FC0DEADu;  // a NaN
};

class BareDevice {
 public:
  // The one of this process.
  static BareDevice& shared();

  BareDevice(const BareDevice&) = delete;
  BareDevice& operator=(const BareDevice&) = delete;

  const std::string& name() const { return name_; }
  vulkan::Traits traits() const { return traits_; }

  // Full of the pattern.
  DeviceBuffer create_buffer(size_t words);
  void destroy(DeviceBuffer* buffer);

  // Runs the step with the best shader that the features allow, and waits. bindings: y, a, b, c; null: none. Groups are
  // folded as if the device could take most_groups along an axis.
  void run(const vulkan::Step& step, uint32_t features, DeviceBuffer* const bindings[4], uint32_t most_groups = 65535);

  // Of the validation layer, if it is there, since the last call.
  std::vector<std::string> take_complaints() { return std::exchange(complaints_, {}); }

 private:
  BareDevice();
  ~BareDevice();

  VkPipeline pipeline(const vulkan::Step& step, const vulkan::Shader& shader);

  std::string name_;
  vulkan::Traits traits_;
  std::vector<std::string> complaints_;
  VkInstance instance_ = VK_NULL_HANDLE;
  VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
  VkPhysicalDevice physical_ = VK_NULL_HANDLE;
  VkDevice device_ = VK_NULL_HANDLE;
  VkQueue queue_ = VK_NULL_HANDLE;
  VkDescriptorSetLayout set_layout_ = VK_NULL_HANDLE;
  VkPipelineLayout layout_ = VK_NULL_HANDLE;
  VkDescriptorPool descriptors_ = VK_NULL_HANDLE;
  VkDescriptorSet set_ = VK_NULL_HANDLE;
  VkCommandPool pool_ = VK_NULL_HANDLE;
  VkCommandBuffer commands_ = VK_NULL_HANDLE;
  VkFence fence_ = VK_NULL_HANDLE;
  uint32_t memory_type_ = 0;
  std::map<std::pair<const vulkan::Shader*, std::vector<uint32_t>>, VkPipeline> pipelines_;
};

}  // namespace dcm::testing
