// What a dcm_context is.
#pragma once

#include "api/model.h"
#include "api/profile.h"
#include "core/thread_pool.h"
#include "plan/shared_loops.h"

// The caller's buffers of one run, and the samples of them that are computed now.
struct RunSlice {
  const float* const* inputs;
  float* const* outputs;
  uint32_t first, count;
};

// A large batch runs in slices of some samples, the whole network on each: what a layer writes is still in the cache
// when the next reads it, and memory does not grow with the batch. Samples do not depend on each other, so results are
// the same.
struct dcm_context {
  dcm_context(const dcm_model& planned, uint64_t memory_limit) : model(planned), budget(memory_limit) {}
  dcm_context(const dcm_context&) = delete;
  dcm_context& operator=(const dcm_context&) = delete;
  ~dcm_context() { dcm::close_accelerator_run(device_run); }

  // Starts the threads and sizes the arena for batch 1. Threads and profile of the options apply.
  dcm::Status prepare(const dcm_options& options);
  dcm::Status set_batch(uint32_t new_batch);
  // Runs every operator in order, then copies the outputs that no operator writes. Allocates nothing, unless a device
  // fails and the CPU takes over. CALL_VALUE if a kernel refuses a value.
  dcm::Status run(const float* const* inputs, float* const* outputs);
  // Fills a report of zeros.
  void describe_device(dcm_device_report* report) const;

  const dcm_model& model;
  dcm::MemoryBudget budget;  // before the arrays: it outlives them
  dcm::ThreadPool pool;
  dcm::Array<uint8_t> arena;     // for one slice
  dcm::Array<uint64_t> offsets;  // in the arena, of each storage of the plan
  dcm::Array<uint8_t> scratch;   // plan.scratch_bytes for each thread
  dcm::SharingCosts sharing;
  dcm::Array<bool> shared_loops;       // of each operator: whether the pool's other threads help, at this slice
  bool gathers = false;                // whether a run wakes lent threads
  dcm::Array<const float*> op_inputs;  // of the operator that runs
  dcm::Profile profile;                // off unless the options ask for it
  uint32_t batch = 0;
  uint32_t slice = 0;  // samples of a slice, 1..batch
  bool on_device = false;
  dcm::AcceleratorRun* device_run = nullptr;  // if it is on_device
  dcm::Status fallback;                       // why, if the model is on a device

 private:
  dcm::Status set_device_batch(uint32_t new_batch);
  dcm::Status set_host_batch(uint32_t new_batch);
  void fall_back(const dcm::Status& why);
  dcm::Status run_on_device(const float* const* inputs, float* const* outputs);
  dcm::Status run_on_host(const float* const* inputs, float* const* outputs);
  dcm::Status run_slices(const float* const* inputs, float* const* outputs);
  void copy_outputs(const float* const* inputs, float* const* outputs);
  void choose_threads();
  float* storage_data(uint32_t storage, const RunSlice& now);
  dcm::Status run_op(uint32_t i, const RunSlice& now);
};
