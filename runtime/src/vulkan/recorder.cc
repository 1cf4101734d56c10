#include "vulkan/recorder.h"

#include <algorithm>

namespace dcm::vulkan {
namespace {

constexpr uint32_t kBindings = 4;
constexpr VkPipelineStageFlags kWork = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;
}  // namespace

GroupCounts fold_groups(uint64_t groups, const uint32_t (&most)[3]) {
  const uint64_t rows = ceil_div(groups, most[0]);  // of at most most[0] groups
  const uint64_t z = ceil_div(rows, most[1]);
  const uint64_t y = ceil_div(rows, std::max<uint64_t>(z, 1));
  const uint64_t x = ceil_div(groups, std::max<uint64_t>(y * z, 1));
  return {static_cast<uint32_t>(x), static_cast<uint32_t>(y), static_cast<uint32_t>(z)};
}

Recorder::~Recorder() {
  if (device_ == nullptr) return;
  const Calls& calls = device_->calls();
  if (fence_ != VK_NULL_HANDLE) calls.DestroyFence(device_->handle(), fence_, nullptr);
  if (queries_ != VK_NULL_HANDLE) calls.DestroyQueryPool(device_->handle(), queries_, nullptr);
  if (descriptors_ != VK_NULL_HANDLE) calls.DestroyDescriptorPool(device_->handle(), descriptors_, nullptr);
  if (commands_ != VK_NULL_HANDLE) calls.DestroyCommandPool(device_->handle(), commands_, nullptr);
}

Status Recorder::open(Device& device, Pipelines& pipelines, uint32_t most_steps, uint32_t timestamps) {
  device_ = &device;
  pipelines_ = &pipelines;
  const Calls& calls = device.calls();
  VkCommandPoolCreateInfo commands = {};
  commands.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
  commands.queueFamilyIndex = device.facts().queue_family;
  DCM_TRY(verify(calls.CreateCommandPool(device.handle(), &commands, nullptr, &commands_), "vkCreateCommandPool"));

  const uint32_t sets = std::max(most_steps, 1u);
  const VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, sets * kBindings};
  VkDescriptorPoolCreateInfo descriptors = {};
  descriptors.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO;
  descriptors.maxSets = sets;
  descriptors.poolSizeCount = 1;
  descriptors.pPoolSizes = &size;
  DCM_TRY(verify(calls.CreateDescriptorPool(device.handle(), &descriptors, nullptr, &descriptors_),
                 "vkCreateDescriptorPool"));

  if (timestamps > 0) {
    VkQueryPoolCreateInfo queries = {};
    queries.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO;
    queries.queryType = VK_QUERY_TYPE_TIMESTAMP;
    queries.queryCount = timestamps;
    DCM_TRY(verify(calls.CreateQueryPool(device.handle(), &queries, nullptr, &queries_), "vkCreateQueryPool"));
  }
  VkFenceCreateInfo fence = {};
  fence.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO;
  return verify(calls.CreateFence(device.handle(), &fence, nullptr, &fence_), "vkCreateFence");
}

Status Recorder::begin(VkCommandBuffer* commands) {
  const Calls& calls = device_->calls();
  VkCommandBufferAllocateInfo allocation = {};
  allocation.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
  allocation.commandPool = commands_;
  allocation.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
  allocation.commandBufferCount = 1;
  DCM_TRY(verify(calls.AllocateCommandBuffers(device_->handle(), &allocation, &now_), "vkAllocateCommandBuffers"));
  VkCommandBufferBeginInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO;
  DCM_TRY(verify(calls.BeginCommandBuffer(now_, &info), "vkBeginCommandBuffer"));
  *commands = now_;
  return {};
}

Status Recorder::add(const Step& step, const BoundRange (&bindings)[4]) {
  const Calls& calls = device_->calls();
  VkPipeline pipeline;
  uint32_t number;
  DCM_TRY(pipelines_->find(step, &pipeline, &number));

  const VkDescriptorSetLayout layout = pipelines_->set_layout();
  VkDescriptorSetAllocateInfo allocation = {};
  allocation.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO;
  allocation.descriptorPool = descriptors_;
  allocation.descriptorSetCount = 1;
  allocation.pSetLayouts = &layout;
  VkDescriptorSet set;
  DCM_TRY(verify(calls.AllocateDescriptorSets(device_->handle(), &allocation, &set), "vkAllocateDescriptorSets"));
  VkDescriptorBufferInfo ranges[kBindings];
  VkWriteDescriptorSet writes[kBindings] = {};
  for (uint32_t i = 0; i < kBindings; ++i) {
    const BoundRange& range = bindings[i].buffer != VK_NULL_HANDLE ? bindings[i] : bindings[0];
    ranges[i] = {range.buffer, range.offset, range.bytes};
    writes[i].sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET;
    writes[i].dstSet = set;
    writes[i].dstBinding = i;
    writes[i].descriptorCount = 1;
    writes[i].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    writes[i].pBufferInfo = &ranges[i];
  }
  calls.UpdateDescriptorSets(device_->handle(), kBindings, writes, 0, nullptr);

  const GroupCounts groups = fold_groups(step.groups, device_->facts().properties.limits.maxComputeWorkGroupCount);
  calls.CmdBindPipeline(now_, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
  calls.CmdBindDescriptorSets(now_, VK_PIPELINE_BIND_POINT_COMPUTE, pipelines_->layout(), 0, 1, &set, 0, nullptr);
  if (step.push_words > 0)
    calls.CmdPushConstants(now_, pipelines_->layout(), VK_SHADER_STAGE_COMPUTE_BIT, 0,
                           step.push_words * static_cast<uint32_t>(sizeof(uint32_t)), step.push);
  calls.CmdDispatch(now_, groups.x, groups.y, groups.z);
  return {};
}

void Recorder::copy(const BoundRange& from, const BoundRange& to) {
  const VkBufferCopy region = {from.offset, to.offset, from.bytes};
  device_->calls().CmdCopyBuffer(now_, from.buffer, to.buffer, 1, &region);
}

void Recorder::barrier() {
  VkMemoryBarrier memory = {};
  memory.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER;
  memory.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
  memory.dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_READ_BIT |
                         VK_ACCESS_TRANSFER_WRITE_BIT;
  device_->calls().CmdPipelineBarrier(now_, kWork, kWork, 0, 1, &memory, 0, nullptr, 0, nullptr);
}

void Recorder::barrier_to_host() {
  VkMemoryBarrier memory = {};
  memory.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER;
  memory.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
  memory.dstAccessMask = VK_ACCESS_HOST_READ_BIT;
  device_->calls().CmdPipelineBarrier(now_, kWork, VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &memory, 0, nullptr, 0, nullptr);
}

void Recorder::timestamp(uint32_t index) {
  device_->calls().CmdResetQueryPool(now_, queries_, index, 1);
  device_->calls().CmdWriteTimestamp(now_, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, queries_, index);
}

Status Recorder::end() {
  return verify(device_->calls().EndCommandBuffer(now_), "vkEndCommandBuffer");
}

Status Recorder::submit(VkCommandBuffer commands) {
  return device_->submit(commands, fence_);
}

Status Recorder::read_timestamps(uint64_t* ns, uint32_t count) {
  DCM_TRY(verify(device_->calls().GetQueryPoolResults(device_->handle(), queries_, 0, count, count * sizeof *ns, ns,
                                                      sizeof *ns, VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT),
                 "vkGetQueryPoolResults"));
  const double period = device_->facts().properties.limits.timestampPeriod;
  for (uint32_t i = 0; i < count; ++i) ns[i] = static_cast<uint64_t>(static_cast<double>(ns[i]) * period);
  return {};
}

}  // namespace dcm::vulkan
