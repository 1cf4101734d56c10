#include "vulkan/pipelines.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "core/clock.h"
#include "core/lock.h"
#include "vulkan/hash.h"

namespace dcm::vulkan {
namespace {

constexpr uint32_t kBindings = 4;

// What a pipeline is, in one number: the shader's words and the constants.
uint64_t key_of(const Shader& shader, const Step& step) {
  Hash hash;
  hash.add(shader.words, uint64_t{shader.count} * sizeof(uint32_t));
  hash.add(step.specialise, step.specialised * sizeof(uint32_t));
  return hash.value();
}

}  // namespace

Pipelines::~Pipelines() {
  if (device_ == nullptr) return;
  const Calls& calls = device_->calls();
  for (uint32_t i = 0; i < count_; ++i) calls.DestroyPipeline(device_->handle(), entries_[i].pipeline, nullptr);
  if (cache_ != VK_NULL_HANDLE) calls.DestroyPipelineCache(device_->handle(), cache_, nullptr);
  if (layout_ != VK_NULL_HANDLE) calls.DestroyPipelineLayout(device_->handle(), layout_, nullptr);
  if (set_layout_ != VK_NULL_HANDLE) calls.DestroyDescriptorSetLayout(device_->handle(), set_layout_, nullptr);
}

Status Pipelines::open(Device& device, const char* cache_directory, MemoryBudget& budget) {
  device_ = &device;
  budget_ = &budget;
  const Calls& calls = device.calls();
  VkDescriptorSetLayoutBinding bindings[kBindings] = {};
  for (uint32_t i = 0; i < kBindings; ++i) {
    bindings[i].binding = i;
    bindings[i].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    bindings[i].descriptorCount = 1;
    bindings[i].stageFlags = VK_SHADER_STAGE_COMPUTE_BIT;
  }
  VkDescriptorSetLayoutCreateInfo set = {};
  set.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO;
  set.bindingCount = kBindings;
  set.pBindings = bindings;
  DCM_TRY(verify(calls.CreateDescriptorSetLayout(device.handle(), &set, nullptr, &set_layout_),
                 "vkCreateDescriptorSetLayout"));

  const VkPushConstantRange push = {VK_SHADER_STAGE_COMPUTE_BIT, 0, kMostPushWords * sizeof(uint32_t)};
  VkPipelineLayoutCreateInfo layout = {};
  layout.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO;
  layout.setLayoutCount = 1;
  layout.pSetLayouts = &set_layout_;
  layout.pushConstantRangeCount = 1;
  layout.pPushConstantRanges = &push;
  DCM_TRY(verify(calls.CreatePipelineLayout(device.handle(), &layout, nullptr, &layout_), "vkCreatePipelineLayout"));

  disk_.open(device.facts(), cache_directory, budget);
  VkPipelineCacheCreateInfo cache = {};
  cache.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO;
  cache.initialDataSize = static_cast<size_t>(disk_.pipelines_bytes());
  cache.pInitialData = disk_.pipelines();
  return verify(calls.CreatePipelineCache(device.handle(), &cache, nullptr, &cache_), "vkCreatePipelineCache");
}

Status Pipelines::find(const Step& step, VkPipeline* pipeline, uint32_t* number) {
  const Shader* shader = find_shader(step.shader, device_->traits().features);
  if (shader == nullptr) return Status::error(DCM_MACHINE_UNSUPPORTED, "this build has no shader '%.40s'", step.shader);
  const uint64_t key = key_of(*shader, step);
  const Lock lock(mutex_);
  const Entry* entry = entry_of(key);
  if (entry == nullptr) {
    const uint64_t start = monotonic_ns();
    VkPipeline made = VK_NULL_HANDLE;
    DCM_TRY(make(*shader, step, &made).in("shader '%.40s'", step.shader));
    compile_ns_ += monotonic_ns() - start;
    DCM_TRY(add(key, made));
    entry = &entries_[count_ - 1];
  }
  *pipeline = entry->pipeline;
  *number = static_cast<uint32_t>(entry - entries_.data());
  return {};
}

Status Pipelines::prepare(const StepList& steps, ThreadPool& pool) {
  struct Wanted {
    const Shader* shader;
    const Step* step;
    uint64_t key;
    VkPipeline pipeline;
  };
  Array<Wanted> wanted;
  DCM_TRY(wanted.allocate(*budget_, steps.count()));
  const Lock lock(mutex_);
  uint32_t count = 0;
  for (const Step& step : steps) {
    const Shader* shader = find_shader(step.shader, device_->traits().features);
    if (shader == nullptr) continue;
    const uint64_t key = key_of(*shader, step);
    bool known = entry_of(key) != nullptr;
    for (uint32_t i = 0; i < count; ++i) known |= wanted[i].key == key;
    if (!known) wanted[count++] = {shader, &step, key, VK_NULL_HANDLE};
  }
  const uint64_t start = monotonic_ns();
  std::atomic<uint32_t> next{0};  // they take very different times
  pool.parallel_for(pool.threads(), [&](uint32_t, uint64_t begin, uint64_t end) {
    for (; begin < end; ++begin)
      for (uint32_t i; (i = next++) < count;)
        if (!make(*wanted[i].shader, *wanted[i].step, &wanted[i].pipeline).ok()) wanted[i].pipeline = VK_NULL_HANDLE;
  });
  compile_ns_ += monotonic_ns() - start;
  Status status;
  for (uint32_t i = 0; i < count; ++i) {
    if (wanted[i].pipeline == VK_NULL_HANDLE) continue;
    const Status added = add(wanted[i].key, wanted[i].pipeline);
    if (status.ok()) status = added;
  }
  return status;
}

const Pipelines::Entry* Pipelines::entry_of(uint64_t key) const {
  for (uint32_t i = 0; i < count_; ++i)
    if (entries_[i].key == key) return &entries_[i];
  return nullptr;
}

// Takes the pipeline, also where it fails.
Status Pipelines::add(uint64_t key, VkPipeline pipeline) {
  if (count_ == entries_.size()) {
    Array<Entry> larger;
    const Status grown = larger.allocate(*budget_, std::max<uint64_t>(16, entries_.size() * 2));
    if (!grown.ok()) {
      device_->calls().DestroyPipeline(device_->handle(), pipeline, nullptr);
      return grown;
    }
    for (uint32_t i = 0; i < count_; ++i) larger[i] = entries_[i];
    entries_ = std::move(larger);
  }
  entries_[count_] = {key, pipeline, disk_.has_checked(key)};
  unsaved_ |= !entries_[count_++].checked;
  return {};
}

Status Pipelines::make(const Shader& shader, const Step& step, VkPipeline* pipeline) {
  const Calls& calls = device_->calls();
  VkShaderModuleCreateInfo code = {};
  code.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO;
  code.codeSize = size_t{shader.count} * sizeof(uint32_t);
  code.pCode = shader.words;
  VkShaderModule module = VK_NULL_HANDLE;
  DCM_TRY(verify(calls.CreateShaderModule(device_->handle(), &code, nullptr, &module), "vkCreateShaderModule"));

  VkSpecializationMapEntry entries[kMostSpecialised];
  for (uint32_t i = 0; i < step.specialised; ++i)
    entries[i] = {i, i * static_cast<uint32_t>(sizeof(uint32_t)), sizeof(uint32_t)};
  const VkSpecializationInfo constants = {step.specialised, entries, step.specialised * sizeof(uint32_t),
                                          step.specialise};
  VkComputePipelineCreateInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO;
  info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
  info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
  info.stage.module = module;
  info.stage.pName = "main";
  info.stage.pSpecializationInfo = &constants;
  info.layout = layout_;
  info.basePipelineIndex = -1;
  const VkResult result = calls.CreateComputePipelines(device_->handle(), cache_, 1, &info, nullptr, pipeline);
  calls.DestroyShaderModule(device_->handle(), module, nullptr);
  return verify(result, "vkCreateComputePipelines");
}

bool Pipelines::checked(uint32_t number) {
  const Lock lock(mutex_);
  return entries_[number].checked;
}

void Pipelines::set_checked(uint32_t number) {
  const Lock lock(mutex_);
  unsaved_ |= !entries_[number].checked;
  entries_[number].checked = true;
}

uint64_t Pipelines::compile_ns() {
  const Lock lock(mutex_);
  return compile_ns_;
}

void Pipelines::save() {
  const Lock lock(mutex_);
  if (!unsaved_ || disk_.path()[0] == '\0') return;
  const Calls& calls = device_->calls();
  size_t bytes = 0;
  if (calls.GetPipelineCacheData(device_->handle(), cache_, &bytes, nullptr) != VK_SUCCESS) return;
  Array<uint8_t> data;
  Array<uint64_t> checked;  // what the file had stays: other models have pipelines of their own
  if (!data.allocate(*budget_, bytes).ok() || !checked.allocate(*budget_, disk_.checked().size() + count_).ok()) return;
  if (calls.GetPipelineCacheData(device_->handle(), cache_, &bytes, data.data()) != VK_SUCCESS) return;
  uint32_t checked_count = 0;
  for (const uint64_t key : disk_.checked()) checked[checked_count++] = key;
  for (uint32_t i = 0; i < count_; ++i)
    if (entries_[i].checked && !disk_.has_checked(entries_[i].key)) checked[checked_count++] = entries_[i].key;
  disk_.save(checked.data(), checked_count, data.data(), bytes);
  unsaved_ = false;
}

}  // namespace dcm::vulkan
