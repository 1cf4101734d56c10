// A whole network, recorded for one number of samples: runs of operators on the device, and between them those that the
// CPU runs.
#pragma once

#include "api/accelerator.h"
#include "vulkan/recorder.h"
#include "vulkan/value_places.h"

namespace dcm::vulkan {

class Recording {
 public:
  // Records the model for samples; limit: of bytes on the device. The model and the map outlive it.
  Status build(PlacedModel& model, const StorageMap& map, uint32_t samples, bool timed, uint64_t limit,
               MemoryBudget& budget);

  Status run(const HostSide& host, const RunSlice& now);

  uint64_t bytes() const { return arena_.size() + exchange_.size() + scratch_.size(); }

 private:
  // Operators that follow each other on one side.
  struct Part {
    bool on_device;
    uint32_t first_op, end_op;
    VkCommandBuffer commands;
    uint32_t first_up, end_up;      // of crossings_: what the CPU gives
    uint32_t first_down, end_down;  // and what it takes
    uint32_t first_time;            // of the part's timestamps
  };

  Status cut(const PlacedModel& model, const StorageMap& map, MemoryBudget& budget);
  Status measure(MemoryBudget& budget);
  Status record(Part& part);
  Status record_op(uint32_t i);
  BoundRange range_of(const Operand& operand, const Op& op, const PlacedOp& placed, const StepList& steps) const;
  BoundRange place_of(uint32_t storage) const;
  BoundRange exchange_of(uint32_t storage) const;
  Status run_part(const Part& part, const HostSide& host, const RunSlice& now);
  Status report_times(const HostSide& host);

  PlacedModel* model_ = nullptr;
  const StorageMap* map_ = nullptr;
  MemoryBudget* budget_ = nullptr;
  uint32_t samples_ = 0;
  bool timed_ = false;
  ValuePlaces places_;
  Buffer arena_, exchange_, scratch_;
  Recorder recorder_;
  Array<Part> parts_;
  Array<uint32_t> crossings_;  // storages
  uint32_t step_count_ = 0, time_count_ = 0;
  Array<uint64_t> times_;
};

}  // namespace dcm::vulkan
