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

// What a binding holds, at the end of whole pages. The words around it have a pattern that no result is, and must keep
// it; where the driver takes memory of ours, the pages before and after are closed, so that a shader that leaves the
// buffer by far ends the process.
struct DeviceBuffer {
  static constexpr uint32_t kPattern = 0x7FC0DEADu;  // a NaN

  VkBuffer buffer = VK_NULL_HANDLE;
  VkDeviceMemory memory = VK_NULL_HANDLE;
  uint32_t* begin = nullptr;  // of the pages
  size_t all_words = 0;       // of the pages
  size_t first = 0;           // word that the binding begins with
  size_t words = 0;           // of the binding
  void* region = nullptr;     // with the closed pages, or null

  uint32_t* data() { return begin + first; }
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
  // The same with a shader that the library need not have.
  void run(const vulkan::Step& step, const vulkan::Shader& shader, DeviceBuffer* const bindings[4],
           uint32_t most_groups = 65535);

  // Of the validation layer, if it is there, since the last call.
  std::vector<std::string> take_complaints() { return std::exchange(complaints_, {}); }

 private:
  BareDevice();
  ~BareDevice();

  VkPipeline pipeline(const vulkan::Step& step, const vulkan::Shader& shader);
  // Memory for the buffer, all_words long.
  void allocate(DeviceBuffer* made);

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
  size_t offset_words_ = 0;  // that the place of a binding is a multiple of
  PFN_vkGetMemoryHostPointerPropertiesEXT host_pointer_properties_ =
      nullptr;  // null: the driver takes no memory of ours
  std::map<std::pair<const vulkan::Shader*, std::vector<uint32_t>>, VkPipeline> pipelines_;
};

}  // namespace dcm::testing
