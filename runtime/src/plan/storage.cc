#include "plan/storage.h"

#include <algorithm>

#include "ops/op_rule.h"

namespace dcm {
namespace {

// Gives every value a storage; views get that of what they look at.
uint32_t assign(const Graph& graph, Storage* storages, uint32_t* of_value) {
  uint32_t count = 0;
  const uint32_t inputs = static_cast<uint32_t>(graph.inputs.size());
  for (uint32_t value = 0; value < graph.shapes.size(); ++value) {
    const Op* op = value < inputs ? nullptr : &graph.ops[value - inputs];
    if (op != nullptr && op_rule(op->type).is_view) {
      of_value[value] = of_value[op->inputs[0]];
      continue;
    }
    Storage& storage = storages[of_value[value] = count++];
    storage.kind = op == nullptr ? StorageKind::kInput : StorageKind::kArena;
    storage.index = value;
    storage.first_op = storage.last_op = op == nullptr ? 0 : value - inputs;
    storage.elements = graph.shapes[value].elements();
  }
  return count;
}

}  // namespace

Status StorageMap::build(const Graph& graph, MemoryBudget& budget) {
  uint64_t count = graph.inputs.size();
  for (const Op& op : graph.ops) count += !op_rule(op.type).is_view;
  DCM_TRY(storages.allocate(budget, count));
  DCM_TRY(of_value.allocate(budget, graph.shapes.size()));
  assign(graph, storages.data(), of_value.data());

  for (uint32_t i = 0; i < graph.ops.size(); ++i)
    for (uint32_t k = 0; k < op_rule(graph.ops[i].type).inputs; ++k)
      storages[of_value[graph.ops[i].inputs[k]]].last_op = i;

  uint64_t copy_count = 0;
  const auto for_outputs = [&](auto&& in_place, auto&& copied) {
    for (uint32_t i = 0; i < graph.outputs.size(); ++i) {
      Storage& storage = storages[of_value[graph.outputs[i].value]];
      if (storage.kind == StorageKind::kArena)
        in_place(storage, i);
      else if (storage.kind == StorageKind::kInput || storage.index != i)
        copied(i);
    }
  };
  for_outputs(
      [](Storage& storage, uint32_t i) {
        storage.kind = StorageKind::kOutput;
        storage.index = i;
      },
      [&](uint32_t) { ++copy_count; });
  DCM_TRY(copies.allocate(budget, copy_count));
  size_t next_copy = 0;
  for_outputs([](Storage&, uint32_t) {},
              [&](uint32_t i) { copies[next_copy++] = {i, of_value[graph.outputs[i].value]}; });

  uint64_t in_arena = 0;
  for (const Storage& storage : storages) in_arena += storage.kind == StorageKind::kArena;
  DCM_TRY(by_last_op.allocate(budget, in_arena));
  size_t next = 0;
  for (uint32_t i = 0; i < storages.size(); ++i)
    if (storages[i].kind == StorageKind::kArena) by_last_op[next++] = i;
  std::sort(by_last_op.begin(), by_last_op.end(), [&](uint32_t a, uint32_t b) {
    return storages[a].last_op != storages[b].last_op ? storages[a].last_op < storages[b].last_op : a < b;
  });
  return {};
}

}  // namespace dcm
