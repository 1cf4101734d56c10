#include "bare_device.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace dcm::testing {
namespace {

void require(VkResult result, const char* call) {
  if (result != VK_SUCCESS) throw std::runtime_error(std::string(call) + " gave " + std::to_string(result));
}

constexpr size_t kPage = 4096;  // at least the alignment of memory that drivers take from us

bool has_extension(VkPhysicalDevice device, const char* name) {
  uint32_t count = 0;
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
  std::vector<VkExtensionProperties> extensions(count);
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, extensions.data());
  return std::any_of(extensions.begin(), extensions.end(),
                     [name](const auto& extension) { return std::strcmp(extension.extensionName, name) == 0; });
}

constexpr const char* kValidationLayer = "VK_LAYER_KHRONOS_validation";

bool has_validation_layer() {
  uint32_t count = 0;
  vkEnumerateInstanceLayerProperties(&count, nullptr);
  std::vector<VkLayerProperties> layers(count);
  vkEnumerateInstanceLayerProperties(&count, layers.data());
  return std::any_of(layers.begin(), layers.end(),
                     [](const auto& layer) { return std::strcmp(layer.layerName, kValidationLayer) == 0; });
}

VKAPI_ATTR VkBool32 VKAPI_CALL keep_complaint(VkDebugUtilsMessageSeverityFlagBitsEXT, VkDebugUtilsMessageTypeFlagsEXT,
                                              const VkDebugUtilsMessengerCallbackDataEXT* data, void* complaints) {
  static_cast<std::vector<std::string>*>(complaints)->push_back(data->pMessage);
  return VK_FALSE;
}

}  // namespace

BareDevice& BareDevice::shared() {
  static BareDevice device;
  return device;
}

BareDevice::BareDevice() {
  VkApplicationInfo application = {};
  application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO;
  application.apiVersion = VK_API_VERSION_1_1;
  VkInstanceCreateInfo instance = {};
  instance.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
  instance.pApplicationInfo = &application;
  const bool validated = has_validation_layer();
  const char* extension = VK_EXT_DEBUG_UTILS_EXTENSION_NAME;
  VkDebugUtilsMessengerCreateInfoEXT messenger = {};
  messenger.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT;
  messenger.messageSeverity =
      VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
  messenger.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT;
  messenger.pfnUserCallback = keep_complaint;
  messenger.pUserData = &complaints_;
  if (validated) {
    instance.enabledLayerCount = 1;
    instance.ppEnabledLayerNames = &kValidationLayer;
    instance.enabledExtensionCount = 1;
    instance.ppEnabledExtensionNames = &extension;
  }
  require(vkCreateInstance(&instance, nullptr, &instance_), "vkCreateInstance");
  if (validated) {
    const auto create = reinterpret_cast<PFN_vkCreateDebugUtilsMessengerEXT>(
        vkGetInstanceProcAddr(instance_, "vkCreateDebugUtilsMessengerEXT"));
    require(create(instance_, &messenger, nullptr, &messenger_), "vkCreateDebugUtilsMessengerEXT");
  }

  uint32_t count = 1;
  if (vkEnumeratePhysicalDevices(instance_, &count, &physical_) < 0 || count == 0)
    throw std::runtime_error("there is no Vulkan device");
  VkPhysicalDeviceSubgroupProperties subgroup = {};
  subgroup.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES;
  VkPhysicalDeviceProperties2 properties = {};
  properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2;
  properties.pNext = &subgroup;
  vkGetPhysicalDeviceProperties2(physical_, &properties);
  name_ = properties.properties.deviceName;
  traits_.subgroup = subgroup.subgroupSize;
  if ((subgroup.supportedOperations & VK_SUBGROUP_FEATURE_ARITHMETIC_BIT) != 0 &&
      (subgroup.supportedStages & VK_SHADER_STAGE_COMPUTE_BIT) != 0)
    traits_.features |= vulkan::kSubgroupArithmetic;
  VkPhysicalDevice16BitStorageFeatures storage16 = {};
  storage16.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES;
  VkPhysicalDevice8BitStorageFeatures storage8 = {};
  storage8.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES;
  storage8.pNext = &storage16;
  VkPhysicalDeviceFeatures2 features = {};
  features.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
  features.pNext = &storage8;
  const bool has_storage8 = has_extension(physical_, VK_KHR_8BIT_STORAGE_EXTENSION_NAME);
  if (has_storage8) vkGetPhysicalDeviceFeatures2(physical_, &features);
  const bool narrow = storage16.storageBuffer16BitAccess != VK_FALSE && storage8.storageBuffer8BitAccess != VK_FALSE;
  if (narrow) traits_.features |= vulkan::kNarrowStorage;

  const float priority = 1.0f;
  VkDeviceQueueCreateInfo queue = {};
  queue.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO;
  queue.queueFamilyIndex = 0;  // the only one of the drivers that tests run on
  queue.queueCount = 1;
  queue.pQueuePriorities = &priority;
  VkDeviceCreateInfo device = {};
  device.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
  device.queueCreateInfoCount = 1;
  device.pQueueCreateInfos = &queue;
  std::vector<const char*> extensions;
  storage16 = {storage16.sType, nullptr, VK_TRUE, VK_FALSE, VK_FALSE, VK_FALSE};
  storage8 = {storage8.sType, &storage16, VK_TRUE, VK_FALSE, VK_FALSE};
  if (narrow) {
    device.pNext = &storage8;
    extensions.push_back(VK_KHR_8BIT_STORAGE_EXTENSION_NAME);
  }
  const bool host_memory = has_extension(physical_, VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME);
  if (host_memory) extensions.push_back(VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME);
  device.enabledExtensionCount = static_cast<uint32_t>(extensions.size());
  device.ppEnabledExtensionNames = extensions.data();
  require(vkCreateDevice(physical_, &device, nullptr, &device_), "vkCreateDevice");
  vkGetDeviceQueue(device_, 0, 0, &queue_);
  if (host_memory)
    host_pointer_properties_ = reinterpret_cast<PFN_vkGetMemoryHostPointerPropertiesEXT>(
        vkGetDeviceProcAddr(device_, "vkGetMemoryHostPointerPropertiesEXT"));
  offset_words_ = static_cast<size_t>(properties.properties.limits.minStorageBufferOffsetAlignment + 3) / 4;

  VkPhysicalDeviceMemoryProperties memory;
  vkGetPhysicalDeviceMemoryProperties(physical_, &memory);
  const VkMemoryPropertyFlags needed = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  while ((memory.memoryTypes[memory_type_].propertyFlags & needed) != needed) ++memory_type_;

  VkDescriptorSetLayoutBinding bindings[4] = {};
  for (uint32_t i = 0; i < 4; ++i)
    bindings[i] = {i, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, VK_SHADER_STAGE_COMPUTE_BIT, nullptr};
  VkDescriptorSetLayoutCreateInfo set_layout = {};
  set_layout.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO;
  set_layout.bindingCount = 4;
  set_layout.pBindings = bindings;
  require(vkCreateDescriptorSetLayout(device_, &set_layout, nullptr, &set_layout_), "vkCreateDescriptorSetLayout");
  const VkPushConstantRange push = {VK_SHADER_STAGE_COMPUTE_BIT, 0, 128};
  VkPipelineLayoutCreateInfo layout = {};
  layout.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO;
  layout.setLayoutCount = 1;
  layout.pSetLayouts = &set_layout_;
  layout.pushConstantRangeCount = 1;
  layout.pPushConstantRanges = &push;
  require(vkCreatePipelineLayout(device_, &layout, nullptr, &layout_), "vkCreatePipelineLayout");

  const VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 4};
  VkDescriptorPoolCreateInfo descriptors = {};
  descriptors.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO;
  descriptors.maxSets = 1;
  descriptors.poolSizeCount = 1;
  descriptors.pPoolSizes = &size;
  require(vkCreateDescriptorPool(device_, &descriptors, nullptr, &descriptors_), "vkCreateDescriptorPool");

  VkCommandPoolCreateInfo pool = {};
  pool.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
  pool.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT;
  require(vkCreateCommandPool(device_, &pool, nullptr, &pool_), "vkCreateCommandPool");
  VkCommandBufferAllocateInfo commands = {};
  commands.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
  commands.commandPool = pool_;
  commands.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
  commands.commandBufferCount = 1;
  require(vkAllocateCommandBuffers(device_, &commands, &commands_), "vkAllocateCommandBuffers");
  VkFenceCreateInfo fence = {};
  fence.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO;
  require(vkCreateFence(device_, &fence, nullptr, &fence_), "vkCreateFence");
}

BareDevice::~BareDevice() {
  for (const auto& entry : pipelines_) vkDestroyPipeline(device_, entry.second, nullptr);
  vkDestroyFence(device_, fence_, nullptr);
  vkDestroyCommandPool(device_, pool_, nullptr);
  vkDestroyDescriptorPool(device_, descriptors_, nullptr);
  vkDestroyPipelineLayout(device_, layout_, nullptr);
  vkDestroyDescriptorSetLayout(device_, set_layout_, nullptr);
  vkDestroyDevice(device_, nullptr);
  if (messenger_ != VK_NULL_HANDLE)
    reinterpret_cast<PFN_vkDestroyDebugUtilsMessengerEXT>(
        vkGetInstanceProcAddr(instance_, "vkDestroyDebugUtilsMessengerEXT"))(instance_, messenger_, nullptr);
  vkDestroyInstance(instance_, nullptr);
}

void BareDevice::allocate(DeviceBuffer* made) {
  const size_t bytes = made->all_words * 4;
  VkMemoryRequirements requirements;
  vkGetBufferMemoryRequirements(device_, made->buffer, &requirements);
  VkMemoryAllocateInfo memory = {};
  memory.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO;
  memory.allocationSize = requirements.size;
  memory.memoryTypeIndex = memory_type_;
  VkImportMemoryHostPointerInfoEXT import = {};
  import.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT;
  import.handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT;
  if (host_pointer_properties_ != nullptr && requirements.size == bytes) {
    made->region = mmap(nullptr, bytes + 2 * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (made->region == MAP_FAILED) throw std::runtime_error("mmap failed");
    import.pHostPointer = static_cast<char*>(made->region) + kPage;
    if (mprotect(import.pHostPointer, bytes, PROT_READ | PROT_WRITE) != 0) throw std::runtime_error("mprotect failed");
    VkMemoryHostPointerPropertiesEXT properties = {};
    properties.sType = VK_STRUCTURE_TYPE_MEMORY_HOST_POINTER_PROPERTIES_EXT;
    require(host_pointer_properties_(device_, import.handleType, import.pHostPointer, &properties),
            "vkGetMemoryHostPointerPropertiesEXT");
    memory.pNext = &import;
    memory.memoryTypeIndex = 0;
    while ((properties.memoryTypeBits & requirements.memoryTypeBits & 1u << memory.memoryTypeIndex) == 0)
      ++memory.memoryTypeIndex;
  }
  require(vkAllocateMemory(device_, &memory, nullptr, &made->memory), "vkAllocateMemory");
  require(vkBindBufferMemory(device_, made->buffer, made->memory, 0), "vkBindBufferMemory");
  void* begin = import.pHostPointer;
  if (begin == nullptr) require(vkMapMemory(device_, made->memory, 0, VK_WHOLE_SIZE, 0, &begin), "vkMapMemory");
  made->begin = static_cast<uint32_t*>(begin);
}

DeviceBuffer BareDevice::create_buffer(size_t words) {
  DeviceBuffer made;
  made.words = std::max<size_t>(words, 1);
  made.all_words = (made.words * 4 + kPage - 1) / kPage * kPage / 4;
  made.first = (made.all_words - made.words) / offset_words_ * offset_words_;
  VkExternalMemoryBufferCreateInfo external = {};
  external.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO;
  external.handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT;
  VkBufferCreateInfo buffer = {};
  buffer.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO;
  if (host_pointer_properties_ != nullptr) buffer.pNext = &external;
  buffer.size = made.all_words * 4;
  buffer.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT;
  require(vkCreateBuffer(device_, &buffer, nullptr, &made.buffer), "vkCreateBuffer");
  allocate(&made);
  std::fill(made.begin, made.begin + made.all_words, DeviceBuffer::kPattern);
  return made;
}

void BareDevice::destroy(DeviceBuffer* buffer) {
  for (size_t i = 0; i < buffer->all_words; ++i)
    if (buffer->begin[i] != DeviceBuffer::kPattern && (i < buffer->first || i >= buffer->first + buffer->words))
      ADD_FAILURE() << "a shader wrote to word " << i << " of a buffer of words " << buffer->first << " .. "
                    << buffer->first + buffer->words - 1;
  vkDestroyBuffer(device_, buffer->buffer, nullptr);
  vkFreeMemory(device_, buffer->memory, nullptr);
  if (buffer->region != nullptr) munmap(buffer->region, buffer->all_words * 4 + 2 * kPage);
  *buffer = {};
}

VkPipeline BareDevice::pipeline(const vulkan::Step& step, const vulkan::Shader& shader) {
  const std::vector<uint32_t> constants(step.specialise, step.specialise + step.specialised);
  VkPipeline& made = pipelines_[{&shader, constants}];
  if (made != VK_NULL_HANDLE) return made;
  VkShaderModuleCreateInfo code = {};
  code.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO;
  code.codeSize = size_t{shader.count} * 4;
  code.pCode = shader.words;
  VkShaderModule module;
  require(vkCreateShaderModule(device_, &code, nullptr, &module), "vkCreateShaderModule");
  std::vector<VkSpecializationMapEntry> entries;
  for (uint32_t i = 0; i < step.specialised; ++i) entries.push_back({i, 4 * i, 4});
  const VkSpecializationInfo specialisation = {step.specialised, entries.data(), size_t{step.specialised} * 4,
                                               constants.data()};
  VkComputePipelineCreateInfo pipeline = {};
  pipeline.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO;
  pipeline.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
  pipeline.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
  pipeline.stage.module = module;
  pipeline.stage.pName = "main";
  pipeline.stage.pSpecializationInfo = &specialisation;
  pipeline.layout = layout_;
  require(vkCreateComputePipelines(device_, VK_NULL_HANDLE, 1, &pipeline, nullptr, &made), "vkCreateComputePipelines");
  vkDestroyShaderModule(device_, module, nullptr);
  return made;
}

void BareDevice::run(const vulkan::Step& step, uint32_t features, DeviceBuffer* const bindings[4],
                     uint32_t most_groups) {
  const vulkan::Shader* const shader = vulkan::find_shader(step.shader, features);
  if (shader == nullptr) throw std::runtime_error(std::string("there is no shader ") + step.shader);
  run(step, *shader, bindings, most_groups);
}

void BareDevice::run(const vulkan::Step& step, const vulkan::Shader& shader, DeviceBuffer* const bindings[4],
                     uint32_t most_groups) {
  VkDescriptorBufferInfo ranges[4] = {};
  std::vector<VkWriteDescriptorSet> writes;
  require(vkResetDescriptorPool(device_, descriptors_, 0), "vkResetDescriptorPool");
  VkDescriptorSetAllocateInfo set = {};
  set.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO;
  set.descriptorPool = descriptors_;
  set.descriptorSetCount = 1;
  set.pSetLayouts = &set_layout_;
  require(vkAllocateDescriptorSets(device_, &set, &set_), "vkAllocateDescriptorSets");
  for (uint32_t i = 0; i < 4; ++i) {
    if (bindings[i] == nullptr) continue;
    ranges[i] = {bindings[i]->buffer, bindings[i]->first * 4, bindings[i]->words * 4};
    VkWriteDescriptorSet write = {};
    write.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET;
    write.dstSet = set_;
    write.dstBinding = i;
    write.descriptorCount = 1;
    write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    write.pBufferInfo = &ranges[i];
    writes.push_back(write);
  }
  vkUpdateDescriptorSets(device_, static_cast<uint32_t>(writes.size()), writes.data(), 0, nullptr);

  VkCommandBufferBeginInfo begin = {};
  begin.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO;
  begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
  require(vkBeginCommandBuffer(commands_, &begin), "vkBeginCommandBuffer");
  vkCmdBindPipeline(commands_, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline(step, shader));
  vkCmdBindDescriptorSets(commands_, VK_PIPELINE_BIND_POINT_COMPUTE, layout_, 0, 1, &set_, 0, nullptr);
  vkCmdPushConstants(commands_, layout_, VK_SHADER_STAGE_COMPUTE_BIT, 0, step.push_words * 4, step.push);
  const uint64_t x = std::min<uint64_t>(step.groups, most_groups), y_needed = (step.groups + x - 1) / x;
  const uint64_t y = std::min<uint64_t>(y_needed, most_groups), z = (y_needed + y - 1) / y;
  vkCmdDispatch(commands_, static_cast<uint32_t>(x), static_cast<uint32_t>(y), static_cast<uint32_t>(z));
  require(vkEndCommandBuffer(commands_), "vkEndCommandBuffer");
  VkSubmitInfo submit = {};
  submit.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
  submit.commandBufferCount = 1;
  submit.pCommandBuffers = &commands_;
  require(vkQueueSubmit(queue_, 1, &submit, fence_), "vkQueueSubmit");
  require(vkWaitForFences(device_, 1, &fence_, VK_TRUE, UINT64_MAX), "vkWaitForFences");
  require(vkResetFences(device_, 1, &fence_), "vkResetFences");
}

}  // namespace dcm::testing
