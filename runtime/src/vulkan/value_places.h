// Where the values of a graph are on the device, for one number of samples, and which of them the CPU and the device
// hand to each other.
#pragma once

#include "plan/storage.h"
#include "vulkan/placed_model.h"

namespace dcm::vulkan {

enum class Place : uint8_t {
  kNone,       // the device does not see it
  kArena,      // memory that values share in turn
  kExchange,   // memory that the CPU sees too
  kConstants,  // a weight
};

struct ValuePlace {
  Place place = Place::kNone;
  bool made_on_device = false;
  bool read_on_device = false;
  bool crosses = false;      // the CPU makes what the device reads, or the other way round
  uint64_t at = 0;           // bytes from the start of its place
  uint64_t exchange_at = 0;  // if it crosses
  uint64_t bytes = 0;        // without what rounds it up
};

struct ValuePlaces {
  // MACHINE_LIMIT if a value of so many samples is more than a shader can be given, or all are more than limit bytes.
  Status build(const PlacedModel& model, const StorageMap& map, uint32_t samples, uint64_t limit, MemoryBudget& budget);

  Array<ValuePlace> of_storage;
  uint64_t arena_bytes = 0, exchange_bytes = 0;

 private:
  void find_sides(const PlacedModel& model, const StorageMap& map);
  Status lay_out(const PlacedModel& model, const StorageMap& map, uint32_t samples, uint64_t limit,
                 MemoryBudget& budget);
};

}  // namespace dcm::vulkan
