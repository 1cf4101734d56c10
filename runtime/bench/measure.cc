#include "measure.h"

#include <cstring>

#include "process_memory.h"
#include "tensors.h"

namespace bench {
namespace {

std::string shape_text(const dcm_tensor_info& info) {
  std::string text;
  for (uint32_t i = 0; i < info.rank; ++i) {
    if (info.dims[i] < 0) continue;  // the batch
    if (!text.empty()) text += " x ";
    text += std::to_string(info.dims[i]);
  }
  return text;
}

}  // namespace

Measurement::~Measurement() {
  dcm_context_destroy(context_);
  dcm_model_close(model_);
}

bool Measurement::load(const Flags& flags, dcm_error* error) {
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.threads = flags.num_threads;
  options.profile = flags.enable_op_profiling;
  if (!flags.device.empty()) options.device = flags.device.c_str();
  const uint64_t begin = now_ns();
  if (dcm_model_open(flags.graph.c_str(), &options, &model_, error) != DCM_OK) return false;
  const uint64_t opened = now_ns();
  if (dcm_context_create(model_, &options, &context_, error) != DCM_OK ||
      dcm_context_set_batch(context_, flags.batch, error) != DCM_OK)
    return false;
  result.context_ns = now_ns() - opened;
  result.open_ns = opened - begin;
  dcm_model_load_info(model_, &result.load);
  result.memory.arena = dcm_context_arena_bytes(context_);
  return true;
}

// Where the operator ran, in place of the kernel that the CPU would have taken.
void Measurement::describe_placement(size_t op, dcm_op_info* info) {
  if (result.device.ops_placed == 0) return;
  dcm_op_placement placement = {};
  if (dcm_model_op_placement(model_, op, &placement, nullptr) != DCM_OK) return;
  const bool on_cpu = std::strcmp(placement.device, "cpu") == 0;
  info->kernel = placement.kernel;
  info->reason = on_cpu ? placement.reason : placement.device;
}

void Measurement::describe_operators() {
  for (size_t i = 0; i < dcm_model_op_count(model_); ++i) {
    OperatorResult op = {};
    dcm_tensor_info value = {};
    (void)dcm_model_op(model_, i, &op.info, nullptr);
    describe_placement(i, &op.info);
    (void)dcm_model_op_output(model_, i, 0, &value, nullptr);
    (void)dcm_context_op_profile(context_, i, &op.profile, nullptr);
    op.shape = shape_text(value);
    result.operators.push_back(op);
  }
}

bool Measurement::measure(const Flags& flags, std::string* error) {
  result.memory.rss_at_start = process_memory().resident;
  dcm_error failure = {};
  if (!load(flags, &failure)) {
    *error = flags.graph + ": " + failure.text;
    return false;
  }
  result.memory.rss_after_load = process_memory().resident;
  Tensors tensors(model_, flags.batch);
  if (flags.input_files.empty())
    tensors.fill_random();
  else if (!tensors.read_inputs(flags.input_files, error))
    return false;

  const auto run = [&] { return tensors.run(context_, &failure) == DCM_OK; };
  std::vector<uint64_t> times;
  bool ran = repeat({1, 0, flags.max_secs > 0 ? flags.max_secs : 1, 0}, run, &times);
  result.first_run_ns = times.empty() ? 0 : times[0];
  ran = ran && repeat({flags.warmup_runs, flags.warmup_min_secs, flags.max_secs, flags.run_delay}, run, &times);
  result.warmup = summarise(times);
  dcm_context_reset_profile(context_);
  EnergyMeter meter;
  meter.start();
  ran = ran && repeat({flags.num_runs, flags.min_secs, flags.max_secs, flags.run_delay}, run, &times);
  result.energy = meter.stop();
  if (!ran) {
    *error = flags.graph + ": " + failure.text;
    return false;
  }
  if (times.empty()) {
    *error = "no run was timed: --max_secs is too short";
    return false;
  }
  (void)dcm_context_device(context_, &result.device, nullptr);
  result.memory.peak_rss = process_memory().peak;  // before the times are sorted in a copy
  result.timed = summarise(std::move(times));
  if (flags.enable_op_profiling) describe_operators();
  return flags.output_files.empty() || tensors.write_outputs(flags.output_files, error);
}

}  // namespace bench
