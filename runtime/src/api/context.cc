#include "api/context.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "api/options.h"
#include "ops/op_rule.h"
#include "plan/arena_layout.h"

namespace {

// An arena of this size stays in a core's own cache.
constexpr uint64_t kCachedArena = 1u << 19;

struct SliceLayout {
  uint32_t samples = 0;
  uint64_t arena_bytes = 0;
};

// The most samples whose arena stays in the cache and in limit bytes, but at least 1, and the layout for them.
dcm::Result<SliceLayout> choose_slice(const dcm::StorageMap& map, uint32_t batch, uint64_t limit,
                                      dcm::Array<uint64_t>* offsets) {
  dcm::Result<uint64_t> bytes = dcm::lay_out_arena(map, 1, limit, offsets);
  if (!bytes.ok()) return bytes.status();
  const uint64_t room = kCachedArena < limit ? kCachedArena : limit;
  const uint64_t most = bytes.value() == 0 ? batch : room / bytes.value();
  const uint32_t samples = most < 1 ? 1 : static_cast<uint32_t>(most < batch ? most : batch);
  if (samples == 1) return SliceLayout{1, bytes.value()};
  // Each storage of one sample is rounded up to the alignment, so many samples take no more than as many single ones.
  bytes = dcm::lay_out_arena(map, samples, limit, offsets);
  if (!bytes.ok()) return bytes.status();
  return SliceLayout{samples, bytes.value()};
}

}  // namespace

dcm::Status dcm_context::prepare(const dcm_options& options) {
  const uint32_t threads = options.threads;
  DCM_TRY(dcm::start_threads(options, budget, &pool));
  if (options.profile != 0) DCM_TRY(profile.enable(budget, model.plan.ops.size()));
  sharing = {threads, options.parallel_for == nullptr ? 0 : options.parallel_for_wake_ns};
  DCM_TRY(shared_loops.allocate(budget, model.plan.ops.size()));
  DCM_TRY(op_inputs.allocate(budget, model.plan.most_inputs));
  DCM_TRY(scratch.allocate(budget, dcm::Checked(model.plan.scratch_bytes) * threads)
              .in("the scratch memory of %u threads", threads));
  on_device = model.accelerator != nullptr && (options.device == nullptr || std::strcmp(options.device, "cpu") != 0);
  return set_batch(1);
}

dcm::Status dcm_context::set_batch(uint32_t new_batch) {
  if (new_batch == batch) return {};
  if (new_batch == 0) return dcm::Status::error(DCM_CALL_ARGUMENT, "batch is 0, expected at least 1");
  if (new_batch != 1 && !model.graph.batched)
    return dcm::Status::error(DCM_CALL_SHAPE, "batch is %u, but the model's inputs have no batch dimension", new_batch);
  if (!on_device) return set_host_batch(new_batch);
  const dcm::Status device = set_device_batch(new_batch);
  if (device.ok()) return {};
  DCM_TRY(set_host_batch(new_batch));
  fall_back(device);
  return {};
}

// Old and new memory exist side by side for a moment, so that a failure leaves the old.
dcm::Status dcm_context::set_host_batch(uint32_t new_batch) {
  dcm::Array<uint64_t> new_offsets;
  DCM_TRY(new_offsets.allocate(budget, model.plan.storage.storages.size()));
  for (uint64_t& offset : new_offsets) offset = 0;
  const dcm::Result<SliceLayout> layout =
      choose_slice(model.plan.storage, new_batch, budget.limit() - budget.used(), &new_offsets);
  if (!layout.ok()) return layout.status();
  dcm::Array<uint8_t> new_arena;
  DCM_TRY(new_arena.allocate(budget, layout.value().arena_bytes).in("the arena of batch %u", new_batch));
  arena = std::move(new_arena);
  offsets = std::move(new_offsets);
  batch = new_batch;
  slice = layout.value().samples;
  choose_threads();
  return {};
}

dcm::Status dcm_context::set_device_batch(uint32_t new_batch) {
  dcm::AcceleratorRun* new_run = nullptr;
  DCM_TRY(dcm::open_accelerator_run(*model.accelerator, model.plan.storage, new_batch, profile.enabled(), budget,
                                    &new_run));
  const uint32_t samples = dcm::accelerator_slice(*new_run);
  dcm::Array<uint64_t> new_offsets;
  dcm::Array<uint8_t> new_arena;
  const auto host_arena = [&]() -> dcm::Status {  // for the operators that the CPU runs
    if (!dcm::needs_host_arena(*model.accelerator)) return {};
    DCM_TRY(new_offsets.allocate(budget, model.plan.storage.storages.size()));
    for (uint64_t& offset : new_offsets) offset = 0;
    const dcm::Result<uint64_t> bytes =
        dcm::lay_out_arena(model.plan.storage, samples, budget.limit() - budget.used(), &new_offsets);
    return bytes.ok() ? new_arena.allocate(budget, bytes.value()) : bytes.status();
  };
  const dcm::Status status = host_arena();
  if (!status.ok()) {
    dcm::close_accelerator_run(new_run);
    return status;
  }
  dcm::close_accelerator_run(device_run);
  device_run = new_run;
  arena = std::move(new_arena);
  offsets = std::move(new_offsets);
  batch = new_batch;
  slice = samples;
  choose_threads();
  return {};
}

void dcm_context::choose_threads() {
  const uint32_t slices = (batch - 1) / slice + 1;
  gathers = dcm::choose_shared_loops(model.plan, slice, slices, sharing, &shared_loops) && sharing.wake_ns > 0;
}

// For good: a device that failed once is not trusted again.
void dcm_context::fall_back(const dcm::Status& why) {
  dcm::close_accelerator_run(device_run);
  device_run = nullptr;
  on_device = false;
  fallback = why;
}

float* dcm_context::storage_data(uint32_t index, const RunSlice& now) {
  const dcm::Storage& storage = model.plan.storage.storages[index];
  const uint64_t before = storage.batched ? storage.elements * now.first : 0;
  switch (storage.kind) {
    case dcm::StorageKind::kInput:
      return const_cast<float*>(now.inputs[storage.index] + before);  // no operator writes to it
    case dcm::StorageKind::kOutput:
      return now.outputs[storage.index] + before;
    case dcm::StorageKind::kWeight:
      return const_cast<float*>(model.weights[storage.index].values.data());  // nor to this
    case dcm::StorageKind::kArena:
      break;
  }
  return reinterpret_cast<float*>(arena.data() + offsets[index]);
}

dcm::Status dcm_context::run_op(uint32_t i, const RunSlice& now) {
  const dcm::PlannedOp& planned = model.plan.ops[i];
  const dcm::Kernel& kernel = *planned.kernel;
  if (kernel.run == nullptr) return {};
  const dcm::Op& op = *planned.site.op;
  const dcm::Array<uint32_t>& of_value = model.plan.storage.of_value;
  for (uint32_t k = 0; k < op.input_count; ++k) op_inputs[k] = storage_data(of_value[model.graph.input_of(op, k)], now);
  const uint32_t samples = planned.site.output().samples(now.count);
  dcm::Call call = {&planned.site, &planned.prepared, samples, op_inputs.data(), {}};
  for (uint32_t k = 0; k < op.output_count; ++k) call.outputs[k] = storage_data(of_value[op.first_output + k], now);
  if (planned.site.adds()) {
    const dcm::Op& add = *planned.site.fused;
    const uint32_t first = model.graph.input_of(add, 0);
    call.added = storage_data(of_value[first == op.first_output ? model.graph.input_of(add, 1) : first], now);
  }
  if (kernel.check != nullptr)
    DCM_TRY(kernel.check(call).in("%s '%s' (operator %u)", dcm::op_rule(op.type).type, model.graph.name(op.name), i));
  const uint64_t units = kernel.units(planned.site, samples, planned.prepared);
  if (!shared_loops[i])
    kernel.run(call, 0, units, scratch.data());
  else
    pool.parallel_for(units, [&](uint32_t thread, uint64_t begin, uint64_t end) {
      kernel.run(call, begin, end, scratch.data() + thread * model.plan.scratch_bytes);
    });
  return {};
}

dcm::Status dcm_context::run(const float* const* inputs, float* const* outputs) {
  if (on_device) {
    const dcm::Status status = run_on_device(inputs, outputs);
    if (status.ok() || status.code() == DCM_CALL_VALUE) return status;
    DCM_TRY(set_host_batch(batch).in("after the device failed (%.80s)", status.text()));
    fall_back(status);
  }
  return run_on_host(inputs, outputs);
}

dcm::Status dcm_context::run_on_device(const float* const* inputs, float* const* outputs) {
  dcm::HostSide host = {this, nullptr, nullptr, nullptr};
  host.run_op = [](void* self, uint32_t op, const RunSlice& now) {
    dcm_context& context = *static_cast<dcm_context*>(self);
    context.profile.begin_slice();
    const dcm::Status status = context.run_op(op, now);
    context.profile.end_op(op);
    return status;
  };
  host.data = [](void* self, uint32_t storage, const RunSlice& now) {
    return static_cast<dcm_context*>(self)->storage_data(storage, now);
  };
  if (profile.enabled())
    host.took = [](void* self, uint32_t op, uint64_t ns) { static_cast<dcm_context*>(self)->profile.add(op, ns); };
  profile.begin_run();
  for (uint32_t done = 0; done < batch; done += slice) {
    // What is recorded is for a whole slice: the last one begins earlier, and computes some samples once more.
    const RunSlice now = {inputs, outputs, std::min(done, batch - slice), slice};
    DCM_TRY(dcm::run_accelerator(*device_run, host, now));
  }
  copy_outputs(inputs, outputs);
  profile.end_run();
  return {};
}

dcm::Status dcm_context::run_on_host(const float* const* inputs, float* const* outputs) {
  if (!gathers) return run_slices(inputs, outputs);
  dcm::Status status;
  pool.gather([&] { status = run_slices(inputs, outputs); });
  return status;
}

dcm::Status dcm_context::run_slices(const float* const* inputs, float* const* outputs) {
  profile.begin_run();
  for (uint32_t first = 0; first < batch;) {
    const uint32_t count = batch - first < slice ? batch - first : slice;
    const RunSlice now = {inputs, outputs, first, count};
    profile.begin_slice();
    for (uint32_t i = 0; i < model.plan.ops.size(); ++i) {
      DCM_TRY(run_op(i, now));
      profile.end_op(i);
    }
    first += count;
  }
  copy_outputs(inputs, outputs);
  profile.end_run();
  return {};
}

void dcm_context::copy_outputs(const float* const* inputs, float* const* outputs) {
  const RunSlice all = {inputs, outputs, 0, batch};
  for (const dcm::OutputCopy& copy : model.plan.storage.copies) {  // never from the arena
    const dcm::Storage& storage = model.plan.storage.storages[copy.storage];
    const uint64_t floats = storage.elements * storage.samples(batch);
    std::memcpy(outputs[copy.output], storage_data(copy.storage, all), static_cast<size_t>(floats) * sizeof(float));
  }
}

void dcm_context::describe_device(dcm_device_report* report) const {
  model.describe_device(report);
  if (device_run != nullptr) {
    report->activation_bytes = dcm::accelerator_bytes(*device_run);
  } else if (model.accelerator != nullptr) {
    std::snprintf(report->device, sizeof report->device, "cpu");
    std::snprintf(report->fallback, sizeof report->fallback, "%s", fallback.text());
    report->name[0] = '\0';
    report->ops_placed = 0;
  }
}
