#include "vulkan/value_places.h"

#include <algorithm>

#include "plan/arena_layout.h"

namespace dcm::vulkan {

Status ValuePlaces::build(const PlacedModel& model, const StorageMap& map, uint32_t samples, uint64_t limit,
                          MemoryBudget& budget) {
  DCM_TRY(of_storage.allocate(budget, map.storages.size()));
  find_sides(model, map);
  return lay_out(model, map, samples, limit, budget);
}

void ValuePlaces::find_sides(const PlacedModel& model, const StorageMap& map) {
  const Graph& graph = *model.graph;
  for (uint32_t i = 0; i < graph.ops.size(); ++i) {
    if (model.ops[i].lowering == nullptr) continue;
    const Op& op = graph.ops[i];
    for (uint32_t k = 0; k < op.input_count; ++k) of_storage[map.of_value[graph.input_of(op, k)]].read_on_device = true;
    for (uint32_t k = 0; k < op.output_count; ++k) of_storage[map.of_value[op.first_output + k]].made_on_device = true;
  }
  for (uint32_t i = 0; i < map.storages.size(); ++i) {
    ValuePlace& value = of_storage[i];
    const StorageKind kind = map.storages[i].kind;
    value.crosses =
        value.made_on_device ? kind == StorageKind::kOutput : value.read_on_device && kind != StorageKind::kWeight;
  }
  for (uint32_t i = 0; i < graph.ops.size(); ++i) {
    const Op& op = graph.ops[i];
    if (model.ops[i].lowering != nullptr || model.ops[i].view) continue;
    for (uint32_t k = 0; k < op.input_count; ++k) {
      ValuePlace& value = of_storage[map.of_value[graph.input_of(op, k)]];
      value.crosses |= value.made_on_device;
    }
  }
}

Status ValuePlaces::lay_out(const PlacedModel& model, const StorageMap& map, uint32_t samples, uint64_t limit,
                            MemoryBudget& budget) {
  const DeviceFacts& facts = model.device.facts();
  const bool shares = shares_memory(facts);
  const uint32_t count = static_cast<uint32_t>(map.storages.size());
  StorageMap arena;  // what is left of the map for the device's arena
  DCM_TRY(arena.storages.allocate(budget, count));
  Checked exchange = 0;
  uint32_t in_arena = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const Storage& storage = map.storages[i];
    ValuePlace& value = of_storage[i];
    arena.storages[i] = storage;
    arena.storages[i].kind = StorageKind::kInput;
    if (!value.made_on_device && !value.read_on_device) continue;
    const Checked bytes = Checked(storage.elements) * storage.samples(samples) * sizeof(float);
    if (!bytes.within(facts.storage_range))
      return Status::error(DCM_MACHINE_LIMIT, "a value of %u samples is larger than what a shader can be given",
                           samples);
    value.bytes = bytes.value();
    if (storage.kind == StorageKind::kWeight) {
      value.place = Place::kConstants;
      value.at = model.weight_at[storage.index];
      continue;
    }
    if (value.crosses) {
      value.exchange_at = exchange.value();
      exchange = (exchange + bytes).aligned(facts.alignment);
      if (!exchange.within(limit)) return Status::error(DCM_MACHINE_LIMIT, "%u samples do not fit", samples);
    }
    if (value.crosses && shares) {
      value.place = Place::kExchange;
      value.at = value.exchange_at;
      continue;
    }
    value.place = Place::kArena;
    Storage& taken = arena.storages[i];
    taken.kind = StorageKind::kArena;
    if (storage.kind == StorageKind::kInput) taken.first_op = 0;
    if (storage.kind == StorageKind::kOutput) taken.last_op = static_cast<uint32_t>(model.graph->ops.size());
    ++in_arena;
  }
  exchange_bytes = exchange.value();

  DCM_TRY(arena.by_last_op.allocate(budget, in_arena));
  uint32_t next = 0;
  for (uint32_t i = 0; i < count; ++i)
    if (arena.storages[i].kind == StorageKind::kArena) arena.by_last_op[next++] = i;
  std::sort(arena.by_last_op.begin(), arena.by_last_op.end(), [&arena](uint32_t a, uint32_t b) {
    const uint32_t last_a = arena.storages[a].last_op, last_b = arena.storages[b].last_op;
    return last_a != last_b ? last_a < last_b : a < b;
  });
  Array<uint64_t> offsets;
  DCM_TRY(offsets.allocate(budget, count));
  const Result<uint64_t> bytes = lay_out_arena(arena, samples, limit - exchange_bytes, &offsets, facts.alignment);
  if (!bytes.ok()) return bytes.status();
  arena_bytes = bytes.value();
  for (uint32_t i = 0; i < count; ++i)
    if (of_storage[i].place == Place::kArena) of_storage[i].at = offsets[i];
  return {};
}

}  // namespace dcm::vulkan
