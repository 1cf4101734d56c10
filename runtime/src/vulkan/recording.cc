#include "vulkan/recording.h"

#include <algorithm>
#include <cstring>

#include "api/context.h"
#include "ops/op_rule.h"
#include "vulkan/lower_op.h"

namespace dcm::vulkan {

Status Recording::build(PlacedModel& model, const StorageMap& map, uint32_t samples, bool timed, uint64_t limit,
                        MemoryBudget& budget) {
  model_ = &model;
  map_ = &map;
  budget_ = &budget;
  samples_ = samples;
  timed_ = timed && model.device.facts().timestamp_bits > 0;
  DCM_TRY(places_.build(model, map, samples, limit, budget));
  DCM_TRY(cut(model, map, budget));
  DCM_TRY(measure(budget));
  if (places_.arena_bytes > 0)
    DCM_TRY(arena_.allocate(model.device, budget, BufferUse::kDevice, places_.arena_bytes).in("activations"));
  if (places_.exchange_bytes > 0)
    DCM_TRY(exchange_.allocate(model.device, budget, BufferUse::kShared, places_.exchange_bytes).in("exchange"));
  DCM_TRY(recorder_.open(model.device, model.pipelines, step_count_, time_count_));
  for (Part& part : parts_)
    if (part.on_device) DCM_TRY(record(part));
  return {};
}

// Cuts the operators into parts and finds what crosses at their ends.
Status Recording::cut(const PlacedModel& model, const StorageMap& map, MemoryBudget& budget) {
  const Graph& graph = *model.graph;
  const uint32_t ops = static_cast<uint32_t>(graph.ops.size());
  const auto for_each_part = [&](auto&& take) {
    for (uint32_t i = 0; i < ops;) {
      if (model.ops[i].view) {
        ++i;
        continue;
      }
      const bool on_device = model.ops[i].lowering != nullptr;
      const uint32_t first = i;
      uint32_t end = i;
      for (; i < ops && (model.ops[i].view || (model.ops[i].lowering != nullptr) == on_device); ++i)
        if (!model.ops[i].view) end = i + 1;
      take(on_device, first, end);
    }
  };
  uint32_t count = 0, crossing = 0;
  for_each_part([&](bool, uint32_t, uint32_t) { ++count; });
  for (const ValuePlace& value : places_.of_storage) crossing += value.crosses;
  DCM_TRY(parts_.allocate(budget, count));
  DCM_TRY(crossings_.allocate(budget, crossing));

  Array<bool> given;  // whether the device has a storage already
  DCM_TRY(given.allocate(budget, map.storages.size()));
  for (bool& yes : given) yes = false;
  uint32_t part = 0, next = 0;
  for_each_part([&](bool on_device, uint32_t first, uint32_t end) {
    Part& now = parts_[part++];
    now = {on_device, first, end, VK_NULL_HANDLE, next, next, next, next, 0};
    if (!on_device) return;
    const auto for_each = [&](bool made, uint32_t* list_end) {
      for (uint32_t i = first; i < end; ++i) {
        const Op& op = graph.ops[i];
        if (model.ops[i].view) continue;
        for (uint32_t k = 0; k < (made ? op.output_count : op.input_count); ++k) {
          const uint32_t storage = map.of_value[made ? op.first_output + k : graph.input_of(op, k)];
          const ValuePlace& value = places_.of_storage[storage];
          if (!value.crosses || value.made_on_device != made || given[storage]) continue;
          given[storage] = true;
          crossings_[next++] = storage;
        }
      }
      *list_end = next;
    };
    for_each(false, &now.end_up);
    now.first_down = next;
    for_each(true, &now.end_down);
  });
  return {};
}

// How many steps and timestamps there are, and the scratch memory that the hungriest operator needs.
Status Recording::measure(MemoryBudget& budget) {
  StepList steps(budget);
  uint64_t scratch = 0;
  const uint64_t alignment = model_->device.facts().alignment;
  for (Part& part : parts_) {
    if (!part.on_device) continue;
    part.first_time = time_count_;
    if (timed_) ++time_count_;
    for (uint32_t i = part.first_op; i < part.end_op; ++i) {
      if (model_->ops[i].view) continue;
      DCM_TRY(lower_op(*model_, i, samples_, steps));
      step_count_ += steps.count();
      if (timed_) ++time_count_;
      uint64_t bytes = 0;
      for (uint32_t k = 0; k < steps.scratch_count(); ++k)
        bytes += Checked(steps.scratch_floats(k) * sizeof(float)).aligned(alignment).value();
      scratch = std::max(scratch, bytes);
    }
  }
  if (scratch > 0) DCM_TRY(scratch_.allocate(model_->device, budget, BufferUse::kDevice, scratch).in("scratch memory"));
  return times_.allocate(budget, time_count_);
}

Status Recording::record(Part& part) {
  DCM_TRY(recorder_.begin(&part.commands));
  uint32_t time = part.first_time;
  const auto copies = [&](uint32_t first, uint32_t end, bool up) {
    bool any = false;
    for (uint32_t i = first; i < end; ++i) {
      const uint32_t storage = crossings_[i];
      if (places_.of_storage[storage].place == Place::kExchange) continue;
      const BoundRange shared = exchange_of(storage), own = place_of(storage);
      up ? recorder_.copy(shared, own) : recorder_.copy(own, shared);
      any = true;
    }
    return any;
  };
  if (copies(part.first_up, part.end_up, true)) recorder_.barrier();
  if (timed_) recorder_.timestamp(time++);
  for (uint32_t i = part.first_op; i < part.end_op; ++i) {
    if (model_->ops[i].view) continue;
    const Op& op = model_->graph->ops[i];
    DCM_TRY(record_op(i).in("%s '%s' (operator %u)", op_rule(op.type).type, model_->graph->name(op.name), i));
    recorder_.barrier();
    if (timed_) recorder_.timestamp(time++);
  }
  copies(part.first_down, part.end_down, false);
  if (part.end_down > part.first_down) recorder_.barrier_to_host();
  return recorder_.end();
}

Status Recording::record_op(uint32_t i) {
  StepList steps(*budget_);
  DCM_TRY(lower_op(*model_, i, samples_, steps));
  const Op& op = model_->graph->ops[i];
  bool first = true;
  for (const Step& step : steps) {
    if (!first) recorder_.barrier();
    first = false;
    BoundRange bindings[4];
    for (uint32_t k = 0; k < 4; ++k) bindings[k] = range_of(step.bindings[k], op, model_->ops[i], steps);
    DCM_TRY(recorder_.add(step, bindings));
  }
  return {};
}

BoundRange Recording::range_of(const Operand& operand, const Op& op, const PlacedOp& placed,
                               const StepList& steps) const {
  switch (operand.kind) {
    case Operand::kInput:
      return place_of(map_->of_value[model_->graph->input_of(op, operand.index)]);
    case Operand::kOutput:
      return place_of(map_->of_value[op.first_output + operand.index]);
    case Operand::kConstants:
      if (placed.constants_bytes == 0) return {};
      return {model_->constants.handle(), placed.constants_at, placed.constants_bytes};
    case Operand::kScratch: {
      const uint64_t alignment = model_->device.facts().alignment;
      uint64_t at = 0;
      for (uint32_t k = 0; k < operand.index; ++k)
        at += Checked(steps.scratch_floats(k) * sizeof(float)).aligned(alignment).value();
      return {scratch_.handle(), at, steps.scratch_floats(operand.index) * sizeof(float)};
    }
    case Operand::kNone:
      break;
  }
  return {};
}

BoundRange Recording::place_of(uint32_t storage) const {
  const ValuePlace& value = places_.of_storage[storage];
  switch (value.place) {
    case Place::kArena:
      return {arena_.handle(), value.at, value.bytes};
    case Place::kExchange:
      return {exchange_.handle(), value.at, value.bytes};
    case Place::kConstants:
      return {model_->constants.handle(), value.at, value.bytes};
    case Place::kNone:
      break;
  }
  return {};
}

BoundRange Recording::exchange_of(uint32_t storage) const {
  const ValuePlace& value = places_.of_storage[storage];
  return {exchange_.handle(), value.exchange_at, value.bytes};
}

Status Recording::run(const HostSide& host, const RunSlice& now) {
  for (const Part& part : parts_) {
    if (part.on_device)
      DCM_TRY(run_part(part, host, now));
    else
      for (uint32_t i = part.first_op; i < part.end_op; ++i) DCM_TRY(host.run_op(host.context, i, now));
  }
  return timed_ && host.took != nullptr ? report_times(host) : Status();
}

Status Recording::run_part(const Part& part, const HostSide& host, const RunSlice& now) {
  for (uint32_t i = part.first_up; i < part.end_up; ++i) {
    const ValuePlace& value = places_.of_storage[crossings_[i]];
    std::memcpy(exchange_.mapped() + value.exchange_at, host.data(host.context, crossings_[i], now),
                static_cast<size_t>(value.bytes));
  }
  if (part.end_up > part.first_up) DCM_TRY(exchange_.flush());
  DCM_TRY(recorder_.submit(part.commands));
  if (part.end_down > part.first_down) DCM_TRY(exchange_.invalidate());
  for (uint32_t i = part.first_down; i < part.end_down; ++i) {
    const ValuePlace& value = places_.of_storage[crossings_[i]];
    std::memcpy(host.data(host.context, crossings_[i], now), exchange_.mapped() + value.exchange_at,
                static_cast<size_t>(value.bytes));
  }
  return {};
}

Status Recording::report_times(const HostSide& host) {
  DCM_TRY(recorder_.read_timestamps(times_.data(), time_count_));
  for (const Part& part : parts_) {
    if (!part.on_device) continue;
    uint32_t time = part.first_time;
    for (uint32_t i = part.first_op; i < part.end_op; ++i) {
      if (model_->ops[i].view) continue;
      const uint64_t before = times_[time], after = times_[++time];
      host.took(host.context, i, after > before ? after - before : 0);
    }
  }
  return {};
}

}  // namespace dcm::vulkan
