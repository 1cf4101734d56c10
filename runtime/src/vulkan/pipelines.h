// The pipelines of a device: one for each shader and set of specialisation constants, made when a step first needs it.
#pragma once

#include <pthread.h>

#include "core/thread_pool.h"
#include "vulkan/disk_cache.h"

namespace dcm::vulkan {

class Pipelines {
 public:
  Pipelines() = default;
  Pipelines(const Pipelines&) = delete;
  Pipelines& operator=(const Pipelines&) = delete;
  ~Pipelines();

  // The device and the budget outlive it. cache_directory: as for DiskCache.
  Status open(Device& device, const char* cache_directory, MemoryBudget& budget);

  // Makes the pipelines of all steps on the pool's threads, since that is what takes a driver longest. One that cannot
  // be made is left out: find() says why.
  Status prepare(const StepList& steps, ThreadPool& pool);

  // The pipeline of a step, and its number. Any thread may call it.
  Status find(const Step& step, VkPipeline* pipeline, uint32_t* number);

  // Whether its results have been compared with the CPU's, by this process or by one before it.
  bool checked(uint32_t number);
  void set_checked(uint32_t number);

  // Writes new pipelines to the disk.
  void save();

  // What the driver has taken so far to make pipelines.
  uint64_t compile_ns();

  VkDescriptorSetLayout set_layout() const { return set_layout_; }
  VkPipelineLayout layout() const { return layout_; }
  const char* cache_path() const { return disk_.path(); }

 private:
  struct Entry {
    uint64_t key;
    VkPipeline pipeline;
    bool checked;
  };

  Status make(const Shader& shader, const Step& step, VkPipeline* pipeline);
  const Entry* entry_of(uint64_t key) const;
  Status add(uint64_t key, VkPipeline pipeline);

  Device* device_ = nullptr;
  MemoryBudget* budget_ = nullptr;
  DiskCache disk_;
  VkDescriptorSetLayout set_layout_ = VK_NULL_HANDLE;
  VkPipelineLayout layout_ = VK_NULL_HANDLE;
  VkPipelineCache cache_ = VK_NULL_HANDLE;
  Array<Entry> entries_;
  uint32_t count_ = 0;
  uint64_t compile_ns_ = 0;
  bool unsaved_ = false;
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

}  // namespace dcm::vulkan
