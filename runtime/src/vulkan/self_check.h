// Compares what a device computes with what the CPU does, before anybody relies on it.
#pragma once

#include "vulkan/placed_model.h"

namespace dcm::vulkan {

// Runs an operator for each pipeline that a run of so many samples uses and nobody has checked, the one with the least
// work, on small random inputs. The weights' arrays are there. MACHINE_UNSUPPORTED if a result is wrong.
// pool: makes the pipelines; null: the caller does.
Status check_pipelines(PlacedModel& model, uint32_t samples, ThreadPool* pool, MemoryBudget& budget);

}  // namespace dcm::vulkan
