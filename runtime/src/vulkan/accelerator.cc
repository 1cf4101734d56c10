// What api/accelerator.h asks for, on Vulkan.
#include "api/accelerator.h"

#include <algorithm>
#include <cstdio>

#include "core/clock.h"
#include "vulkan/device_features.h"
#include "vulkan/placed_model.h"
#include "vulkan/recording.h"
#include "vulkan/self_check.h"

namespace dcm {

using vulkan::DeviceFacts;

struct Accelerator {
  explicit Accelerator(MemoryBudget& budget) : model(budget) {}

  vulkan::PlacedModel model;
  char id[16] = "";
  uint64_t open_ns = 0, compile_ns = 0, check_ns = 0;
};

struct AcceleratorRun {
  vulkan::Recording recording;
  uint32_t slice = 0;
};

namespace {

// Of a device's memory, what the activations of one context may take.
constexpr uint64_t kShareOfMemory = 4;

Status open_slice(Accelerator& accelerator, const StorageMap& map, uint32_t samples, bool profile, MemoryBudget& budget,
                  AcceleratorRun** run) {
  AcceleratorRun* opened = create<AcceleratorRun>();
  if (opened == nullptr) return Status::error(DCM_MACHINE_MEMORY, "out of memory: cannot allocate a run");
  const uint64_t left = budget.limit() - budget.used();
  const uint64_t limit = std::min(left, accelerator.model.device.facts().local_bytes() / kShareOfMemory);
  const Status status = opened->recording.build(accelerator.model, map, samples, profile, limit, budget);
  if (!status.ok()) {
    destroy(opened);
    return status;
  }
  opened->slice = samples;
  *run = opened;
  return {};
}

void fill_device_info(const DeviceFacts& facts, uint32_t index, dcm_device_info* info) {
  const VkPhysicalDeviceProperties& properties = facts.properties;
  const VkPhysicalDeviceLimits& limits = properties.limits;
  std::snprintf(info->id, sizeof info->id, "vulkan:%u", index % 100);
  std::snprintf(info->name, sizeof info->name, "%.*s", static_cast<int>(sizeof info->name) - 1, properties.deviceName);
  std::snprintf(info->driver, sizeof info->driver, "%.*s", static_cast<int>(sizeof info->driver) - 1, facts.driver);
  std::snprintf(info->kind, sizeof info->kind, "%s", vulkan::device_kind(properties.deviceType));
  vulkan::describe_features(facts.traits.features, info->features, sizeof info->features);
  info->api_major = VK_API_VERSION_MAJOR(properties.apiVersion);
  info->api_minor = VK_API_VERSION_MINOR(properties.apiVersion);
  info->memory_bytes = facts.local_bytes();
  info->storage_range = facts.storage_range;
  info->workgroup_size = facts.traits.most_invocations;
  info->shared_bytes = limits.maxComputeSharedMemorySize;
  info->subgroup_size = facts.traits.subgroup;
}

}  // namespace

uint32_t accelerator_devices() {
  vulkan::Instance instance;
  return instance.open().ok() ? instance.count : 0;
}

Status describe_accelerator_device(uint32_t index, dcm_device_info* info) {
  vulkan::Instance instance;
  DCM_TRY(instance.open());
  DeviceFacts* facts = create<DeviceFacts>();
  if (facts == nullptr) return Status::error(DCM_MACHINE_MEMORY, "out of memory");
  const bool found = index < instance.count && read_facts(instance.calls, instance.devices[index], facts);
  if (found) fill_device_info(*facts, index, info);
  destroy(facts);
  return found ? Status() : Status::error(DCM_CALL_ARGUMENT, "device vulkan:%u does not exist", index);
}

Status open_accelerator(const char* device, const Graph& graph, const Array<Weight>& weights,
                        const char* cache_directory, ThreadPool& pool, MemoryBudget& budget,
                        Accelerator** accelerator) {
  void* block = allocate_handle(sizeof(Accelerator));
  if (block == nullptr) return Status::error(DCM_MACHINE_MEMORY, "out of memory: cannot allocate a device");
  Accelerator* opened = new (block) Accelerator(budget);
  const uint64_t start = monotonic_ns();
  Status status = opened->model.open(device, graph, weights, cache_directory);
  const uint64_t open = monotonic_ns();
  if (status.ok()) status = check_pipelines(opened->model, 1, &pool, budget);
  if (!status.ok()) {
    destroy(opened);
    return status;
  }
  opened->open_ns = open - start;
  opened->compile_ns = opened->model.pipelines.compile_ns();
  opened->check_ns = monotonic_ns() - open - opened->compile_ns;
  std::snprintf(opened->id, sizeof opened->id, "%s", device);
  *accelerator = opened;
  return {};
}

void close_accelerator(Accelerator* accelerator) {
  destroy(accelerator);
}

void describe_accelerator(const Accelerator& accelerator, dcm_device_report* report) {
  const vulkan::PlacedModel& model = accelerator.model;
  std::snprintf(report->device, sizeof report->device, "%s", accelerator.id);
  std::snprintf(report->name, sizeof report->name, "%.*s", static_cast<int>(sizeof report->name) - 1,
                model.device.facts().properties.deviceName);
  report->ops_placed = model.placed_count();
  report->ops = model.runnable_count();
  report->weight_bytes = model.constants.size();
  report->open_ns = accelerator.open_ns;
  report->compile_ns = accelerator.compile_ns;
  report->check_ns = accelerator.check_ns;
}

const char* accelerator_kernel(const Accelerator& accelerator, uint32_t op, const char** reason) {
  const vulkan::PlacedOp& placed = accelerator.model.ops[op];
  *reason = placed.view ? "nothing to compute" : placed.refusal != nullptr ? placed.refusal : "";
  return placed.shader;
}

bool needs_host_arena(const Accelerator& accelerator) {
  return accelerator.model.placed_count() < accelerator.model.runnable_count();
}

Status open_accelerator_run(Accelerator& accelerator, const StorageMap& map, uint32_t batch, bool profile,
                            MemoryBudget& budget, AcceleratorRun** run) {
  for (uint32_t samples = batch;; samples = samples / 2 + samples % 2) {
    const Status status = open_slice(accelerator, map, samples, profile, budget, run);
    if (status.ok()) break;
    const bool too_much = status.code() == DCM_MACHINE_LIMIT || status.code() == DCM_MACHINE_MEMORY;
    if (!too_much || samples == 1) return status;
  }
  const Status status = check_pipelines(accelerator.model, (*run)->slice, nullptr, budget);
  if (!status.ok()) {
    destroy(*run);
    *run = nullptr;
  }
  return status;
}

void close_accelerator_run(AcceleratorRun* run) {
  destroy(run);
}

uint32_t accelerator_slice(const AcceleratorRun& run) {
  return run.slice;
}

uint64_t accelerator_bytes(const AcceleratorRun& run) {
  return run.recording.bytes();
}

Status run_accelerator(AcceleratorRun& run, const HostSide& host, const RunSlice& now) {
  return run.recording.run(host, now);
}

}  // namespace dcm
