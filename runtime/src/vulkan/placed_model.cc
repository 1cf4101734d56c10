#include "vulkan/placed_model.h"

#include <algorithm>
#include <cstring>

#include "kernels/kernel_table.h"
#include "ops/op_rule.h"
#include "vulkan/recorder.h"

namespace dcm::vulkan {
namespace {

constexpr uint64_t kNowhere = ~uint64_t{0};

// Whether the CPU must look at the operator's input before it runs.
bool needs_check(OpType type) {
  for (const Kernel* kernel : kernel_table())
    if (kernel->op == type && kernel->check != nullptr) return true;
  return false;
}

bool fits(const Site& site, uint64_t storage_range) {
  const auto small = [storage_range](const Shape& shape) { return shape.elements() * sizeof(float) <= storage_range; };
  for (uint32_t k = 0; k < site.inputs(); ++k)
    if (!small(site.input(k))) return false;
  for (uint32_t k = 0; k < site.op->output_count; ++k)
    if (!small(site.output(k))) return false;
  return true;
}

const char* refuse(const Site& site, const Lowering* lowering, const DeviceFacts& facts) {
  if (needs_check(site.op->type)) return "the CPU must look at its input's values";
  if (lowering == nullptr) return "no shader for it";
  if (!fits(site, facts.storage_range)) return "a value is larger than what a shader can be given";
  return lowering->refuses == nullptr ? nullptr : lowering->refuses(site, facts.traits);
}

}  // namespace

Status PlacedModel::open(const char* device_id, const Graph& of_graph, const Array<Weight>& of_weights,
                         const char* cache_directory) {
  graph = &of_graph;
  weights = &of_weights;
  DCM_TRY(device.open(device_id));
  DCM_TRY(pipelines.open(device, cache_directory, budget));
  DCM_TRY(place());
  return fill_constants();
}

uint32_t PlacedModel::placed_count() const {
  uint32_t count = 0;
  for (const PlacedOp& op : ops) count += op.lowering != nullptr;
  return count;
}

uint32_t PlacedModel::runnable_count() const {
  uint32_t count = 0;
  for (const PlacedOp& op : ops) count += !op.view;
  return count;
}

Status PlacedModel::place() {
  DCM_TRY(ops.allocate(budget, graph->ops.size()));
  DCM_TRY(weight_at.allocate(budget, weights->size()));
  for (uint64_t& at : weight_at) at = kNowhere;
  for (uint32_t i = 0; i < ops.size(); ++i) {
    const Site site = site_of(graph->ops[i], *graph, *weights);
    PlacedOp& placed = ops[i];
    placed.view = op_rule(site.op->type).makes != Makes::kNew;
    if (placed.view) continue;
    const Lowering* lowering = find_lowering(site.op->type);
    placed.refusal = refuse(site, lowering, device.facts());
    if (placed.refusal != nullptr) continue;
    if (lowering->pack != nullptr) {
      ConstantWriter count(nullptr);
      lowering->pack(site, count, &placed.packed);
      placed.constants_bytes = count.used() * sizeof(uint32_t);
    }
    if (placed.constants_bytes > device.facts().storage_range) {
      placed.refusal = "its weight is larger than what a shader can be given";
      continue;
    }
    placed.lowering = lowering;
  }
  return {};
}

Status PlacedModel::fill_constants() {
  const uint64_t alignment = device.facts().alignment;
  Checked total = alignment;  // never empty
  for (uint32_t i = 0; i < ops.size(); ++i) {
    PlacedOp& placed = ops[i];
    if (placed.lowering != nullptr) {
      placed.constants_at = total.value();
      total = (total + placed.constants_bytes).aligned(alignment);
    } else if (op_rule(graph->ops[i].type).makes == Makes::kWeightView) {
      const uint32_t weight = graph->ops[i].weights[kWeight];
      if (weight_at[weight] != kNowhere) continue;
      weight_at[weight] = total.value();
      total = (total + Checked((*weights)[weight].elements()) * sizeof(float)).aligned(alignment);
    }
    if (!total.ok()) return Status::error(DCM_MACHINE_LIMIT, "the weights have more than 2^64 bytes");
  }

  // Where shaders may work in shared memory the constants are written in place, else copied.
  const bool in_place = shares_memory(device.facts());
  Buffer staging;
  DCM_TRY(staging.allocate(device, budget, BufferUse::kShared, total.value()).in("memory for the weights"));
  const auto words_at = [&staging](uint64_t at) { return reinterpret_cast<uint32_t*>(staging.mapped() + at); };
  for (uint32_t i = 0; i < ops.size(); ++i) {
    PlacedOp& placed = ops[i];
    if (placed.lowering == nullptr || placed.lowering->pack == nullptr) continue;
    ConstantWriter writer(words_at(placed.constants_at));
    placed.lowering->pack(site_of(graph->ops[i], *graph, *weights), writer, &placed.packed);
  }
  for (uint32_t i = 0; i < weights->size(); ++i) {
    const Weight& weight = (*weights)[i];
    if (weight_at[i] != kNowhere)
      std::memcpy(words_at(weight_at[i]), weight.values.data(), static_cast<size_t>(weight.elements()) * sizeof(float));
  }
  DCM_TRY(staging.flush());
  if (in_place) {
    constants = std::move(staging);
    return {};
  }
  DCM_TRY(constants.allocate(device, budget, BufferUse::kDevice, total.value()).in("memory for the weights"));
  Recorder recorder;
  DCM_TRY(recorder.open(device, pipelines, 0, 0));
  VkCommandBuffer commands;
  DCM_TRY(recorder.begin(&commands));
  recorder.copy({staging.handle(), 0, total.value()}, {constants.handle(), 0, total.value()});
  recorder.barrier();
  DCM_TRY(recorder.end());
  return recorder.submit(commands);
}

}  // namespace dcm::vulkan
