// A device beside the CPU that a model can be placed on. vulkan/accelerator.cc is what is behind these functions, or
// api/no_accelerator.cc in a library for the CPU alone.
#pragma once

#include "core/array.h"
#include "core/thread_pool.h"
#include "format/weight.h"
#include "graph/graph.h"
#include "plan/storage.h"

struct RunSlice;

namespace dcm {

struct Accelerator;     // a model on a device
struct AcceleratorRun;  // what one context needs there

// Devices beside the CPU, in order: their number, and what dcm_device tells of one.
uint32_t accelerator_devices();
Status describe_accelerator_device(uint32_t index, dcm_device_info* info);

// Places the model on a device: "vulkan" or "vulkan:N". What is computed there has been compared with the CPU. Graph,
// weights and budget outlive it; the weights' arrays need not. The pool's threads help. A failure says why the CPU must
// do it all.
Status open_accelerator(const char* device, const Graph& graph, const Array<Weight>& weights,
                        const char* cache_directory, ThreadPool& pool, MemoryBudget& budget, Accelerator** accelerator);
void close_accelerator(Accelerator* accelerator);

// "vulkan:0" and the device's name.
void describe_accelerator(const Accelerator& accelerator, dcm_device_report* report);
// The shader of an operator, null if the CPU runs it; why, in a few words.
const char* accelerator_kernel(const Accelerator& accelerator, uint32_t op, const char** reason);

// How a run on the device reaches what the CPU has.
struct HostSide {
  void* context;
  Status (*run_op)(void* context, uint32_t op, const RunSlice& now);
  // Where the storage's samples of this slice are.
  float* (*data)(void* context, uint32_t storage, const RunSlice& now);
  void (*took)(void* context, uint32_t op, uint64_t ns);  // what an operator took on the device; null: nobody asks
};

// Prepares runs of a batch, all at once or in slices of samples that the device has room for. The storage map fuses
// nothing and outlives the run.
Status open_accelerator_run(Accelerator& accelerator, const StorageMap& map, uint32_t batch, bool profile,
                            MemoryBudget& budget, AcceleratorRun** run);
void close_accelerator_run(AcceleratorRun* run);
uint32_t accelerator_slice(const AcceleratorRun& run);  // samples
uint64_t accelerator_bytes(const AcceleratorRun& run);  // of the device's memory
// Whether the CPU runs any operator, for which the context needs an arena for one slice.
bool needs_host_arena(const Accelerator& accelerator);
// One slice.
Status run_accelerator(AcceleratorRun& run, const HostSide& host, const RunSlice& now);

}  // namespace dcm
