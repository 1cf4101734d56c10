// A model on a device: which operators run there, and their constants in its memory.
#pragma once

#include "vulkan/buffer.h"
#include "vulkan/pipelines.h"

namespace dcm::vulkan {

struct PlacedOp {
  const Lowering* lowering = nullptr;  // null: the CPU runs it, or there is nothing to run
  bool view = false;                   // there is nothing to run
  const char* shader = nullptr;        // of its first step, once that is known
  const char* refusal = nullptr;       // why the CPU runs it
  Packed packed = {};
  uint64_t constants_at = 0, constants_bytes = 0;  // in the buffer of constants
};

struct PlacedModel {
  explicit PlacedModel(MemoryBudget& memory) : budget(memory) {}

  // Opens the device, decides where each operator runs and fills the constants. Graph and weights outlive it; the
  // weights' arrays need not.
  Status open(const char* device_id, const Graph& graph, const Array<Weight>& weights, const char* cache_directory);

  uint32_t placed_count() const;
  uint32_t runnable_count() const;  // operators that are no views

  MemoryBudget& budget;
  const Graph* graph = nullptr;
  const Array<Weight>* weights = nullptr;
  Device device;
  Pipelines pipelines;
  Buffer constants;
  Array<PlacedOp> ops;
  Array<uint64_t> weight_at;  // where the values of each weight are that a Constant shows, in bytes; ~0 for others

 private:
  Status place();
  Status fill_constants();
};

}  // namespace dcm::vulkan
