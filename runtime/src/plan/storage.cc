#include "plan/storage.h"

#include <algorithm>

#include "ops/op_rule.h"

namespace dcm {
namespace {

bool is_view(const Op& op) {
  return op_rule(op.type).makes == Makes::kInputView;
}

// Gives every value a storage; views get that of what they look at, and what one kernel makes of another value takes
// that one's.
class Assignment {
 public:
  Assignment(const Graph& graph, const Array<uint32_t>& hosts, Storage* storages, uint32_t* of_value)
      : graph_(graph), hosts_(hosts), storages_(storages), of_value_(of_value) {}

  void run() {
    for (uint32_t i = 0; i < graph_.inputs.size(); ++i) add(i, StorageKind::kInput, i, 0);
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
      const Op& op = graph_.ops[i];
      if (hosts_[i] != kNoHost)
        replace(op.first_output, graph_.ops[hosts_[i]].first_output);
      else if (is_view(op))
        of_value_[op.first_output] = of_value_[graph_.input_of(op, 0)];
      else if (op_rule(op.type).makes == Makes::kWeightView)
        add(op.first_output, StorageKind::kWeight, op.weights[kWeight], i);
      else
        for (uint32_t k = 0; k < op.output_count; ++k) add(op.first_output + k, StorageKind::kArena, 0, i);
    }
  }

 private:
  void add(uint32_t value, StorageKind kind, uint32_t index, uint32_t op) {
    Storage& storage = storages_[of_value_[value] = count_++];
    storage.kind = kind;
    storage.index = index;
    storage.first_op = storage.last_op = op;
    storage.batched = graph_.shapes[value].batched;
    storage.elements = graph_.shapes[value].elements();
  }

  // Value instead of `hidden`, which nobody reads.
  void replace(uint32_t value, uint32_t hidden) {
    of_value_[value] = of_value_[hidden];
    storages_[of_value_[value]].elements = graph_.shapes[value].elements();
  }

  const Graph& graph_;
  const Array<uint32_t>& hosts_;
  Storage* storages_;
  uint32_t* of_value_;
  uint32_t count_ = 0;
};

}  // namespace

Status StorageMap::build(const Graph& graph, const Array<uint32_t>& hosts, MemoryBudget& budget) {
  uint64_t count = graph.shapes.size();
  for (uint32_t i = 0; i < graph.ops.size(); ++i) count -= is_view(graph.ops[i]) || hosts[i] != kNoHost;
  DCM_TRY(storages.allocate(budget, count));
  DCM_TRY(of_value.allocate(budget, graph.shapes.size()));
  Assignment(graph, hosts, storages.data(), of_value.data()).run();

  for (uint32_t i = 0; i < graph.ops.size(); ++i)
    for (uint32_t k = 0; k < graph.ops[i].input_count; ++k)
      storages[of_value[graph.input_of(graph.ops[i], k)]].last_op = i;

  uint64_t copy_count = 0;
  const auto for_outputs = [&](auto&& in_place, auto&& copied) {
    for (uint32_t i = 0; i < graph.outputs.size(); ++i) {
      Storage& storage = storages[of_value[graph.outputs[i].value]];
      if (storage.kind == StorageKind::kArena)
        in_place(storage, i);
      else if (storage.kind != StorageKind::kOutput || storage.index != i)
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
