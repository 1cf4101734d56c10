#include "soak.h"

#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <random>
#include <thread>

#include "dcmobile/dcmobile.h"
#include "latency.h"
#include "latency_histogram.h"

namespace soak {
namespace {

// What the threads share.
struct Shared {
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> runs_left{0};
  std::mutex mutex;  // for what follows
  LatencyHistogram latest;
  std::string failure;

  void fail(const std::string& text) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (failure.empty()) failure = text;
    stop = true;
  }
};

// A context with its buffers, allocated once.
class Runner {
 public:
  ~Runner() { dcm_context_destroy(context_); }

  bool prepare(const dcm_model* model, uint32_t threads, dcm_error* error) {
    dcm_options options = DCM_OPTIONS_DEFAULT;
    options.threads = threads;
    if (dcm_context_create(model, &options, &context_, error) != DCM_OK) return false;
    std::mt19937 random(1);
    std::uniform_real_distribution<float> value(0.0f, 1.0f);
    dcm_tensor_info info;
    for (size_t i = 0; i < dcm_model_input_count(model); ++i) {
      if (dcm_model_input(model, i, &info, error) != DCM_OK) return false;
      inputs_.emplace_back(elements(info));
      for (float& x : inputs_.back()) x = value(random);
    }
    for (size_t i = 0; i < dcm_model_output_count(model); ++i) {
      if (dcm_model_output(model, i, &info, error) != DCM_OK) return false;
      outputs_.emplace_back(elements(info));
    }
    for (auto& input : inputs_) {
      input_pointers_.push_back(input.data());
      input_sizes_.push_back(input.size());
    }
    for (auto& output : outputs_) {
      output_pointers_.push_back(output.data());
      output_sizes_.push_back(output.size());
    }
    if (!run(error)) return false;
    expected_ = outputs_;
    return true;
  }

  bool run(dcm_error* error) {
    return dcm_context_run(context_, input_pointers_.data(), input_sizes_.data(), inputs_.size(),
                           output_pointers_.data(), output_sizes_.data(), outputs_.size(), error) == DCM_OK;
  }

  bool as_the_first() const { return outputs_ == expected_; }

 private:
  static size_t elements(const dcm_tensor_info& info) {
    size_t count = 1;
    for (uint32_t i = 0; i < info.rank; ++i) count *= info.dims[i] < 0 ? 1 : static_cast<size_t>(info.dims[i]);
    return count;
  }

  dcm_context* context_ = nullptr;
  std::vector<std::vector<float>> inputs_, outputs_, expected_;
  std::vector<const float*> input_pointers_;
  std::vector<float*> output_pointers_;
  std::vector<size_t> input_sizes_, output_sizes_;
};

void run_until_stopped(Runner& runner, bool counted, Shared& shared) {
  constexpr uint64_t kRunsPerReport = 256;  // the mutex is not what is measured
  LatencyHistogram mine;
  const auto report = [&] {
    const std::lock_guard<std::mutex> lock(shared.mutex);
    shared.latest.add(mine);
    mine.clear();
  };
  while (!shared.stop) {
    if (counted) {
      uint64_t left = shared.runs_left;
      while (left > 0 && !shared.runs_left.compare_exchange_weak(left, left - 1)) {
      }
      if (left == 0) break;
    }
    dcm_error error = {};
    const uint64_t start = bench::now_ns();
    const bool ran = runner.run(&error);
    mine.add(bench::now_ns() - start);
    if (!ran) shared.fail(std::string("a run failed: ") + error.text);
    if (ran && !runner.as_the_first()) shared.fail("a run gave another result than the first one");
    if (mine.count() >= kRunsPerReport) report();
  }
  report();
  if (counted) shared.stop = true;
}

// Opens and closes the model again and again, each time with a context that runs.
void reload_until_stopped(const Plan& plan, Shared& shared, std::atomic<uint64_t>& reloads) {
  uint64_t next = bench::now_ns();
  while (!shared.stop) {
    if (bench::now_ns() < next) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      continue;
    }
    next += static_cast<uint64_t>(plan.reload_seconds * 1e9);
    dcm_error error = {};
    dcm_model* model = nullptr;
    dcm_options options = DCM_OPTIONS_DEFAULT;
    options.threads = plan.threads;
    bool ok = dcm_model_open(plan.model.c_str(), &options, &model, &error) == DCM_OK;
    if (ok) {
      Runner runner;
      ok = runner.prepare(model, plan.threads, &error);
    }
    dcm_model_close(model);
    if (!ok) shared.fail(std::string("a reload failed: ") + error.text);
    ++reloads;
  }
}

Sample take(double seconds, Shared& shared, LatencyHistogram& all) {
  LatencyHistogram latest;
  {
    const std::lock_guard<std::mutex> lock(shared.mutex);
    latest = shared.latest;
    shared.latest.clear();
  }
  all.add(latest);
  Sample sample;
  sample.seconds = seconds;
  sample.runs = latest.count();
  sample.p50_ns = latest.percentile(0.5);
  sample.p90_ns = latest.percentile(0.9);
  sample.p99_ns = latest.percentile(0.99);
  sample.p999_ns = latest.percentile(0.999);
  sample.max_ns = latest.max();
  sample.state = process_state();
  return sample;
}

void tell(const Sample& sample) {
  std::fprintf(stderr, "%7.0f s  %9" PRIu64 " runs  p50 %.3f ms  p99 %.3f ms  %.2f MB  %u descriptors  %u threads\n",
               sample.seconds, sample.runs, static_cast<double>(sample.p50_ns) / 1e6,
               static_cast<double>(sample.p99_ns) / 1e6, static_cast<double>(sample.state.resident_bytes) / 1e6,
               sample.state.descriptors, sample.state.threads);
}

}  // namespace

std::string growth(const ProcessState& first, const ProcessState& now) {
  char text[160] = "";
  if (now.resident_bytes > first.resident_bytes + kAllowedGrowth)
    std::snprintf(text, sizeof text, "resident memory grew from %" PRIu64 " to %" PRIu64 " bytes", first.resident_bytes,
                  now.resident_bytes);
  else if (now.descriptors > first.descriptors + 1)  // the file of a reload
    std::snprintf(text, sizeof text, "open descriptors grew from %u to %u", first.descriptors, now.descriptors);
  return text;
}

Outcome soak(const Plan& plan) {
  Outcome outcome;
  dcm_error error = {};
  dcm_model* model = nullptr;
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.threads = plan.threads;
  if (dcm_model_open(plan.model.c_str(), &options, &model, &error) != DCM_OK) {
    outcome.failure = plan.model + ": " + error.text;
    return outcome;
  }
  Shared shared;
  shared.runs_left = plan.runs;
  std::atomic<uint64_t> reloads{0};
  LatencyHistogram all;
  {
    std::vector<Runner> runners(plan.contexts);
    for (Runner& runner : runners)
      if (!runner.prepare(model, plan.threads, &error)) shared.fail(std::string("cannot prepare: ") + error.text);
    outcome.samples.reserve(1 << 16);
    const uint64_t start = bench::now_ns();
    const auto elapsed = [&] { return static_cast<double>(bench::now_ns() - start) / 1e9; };
    std::vector<std::thread> threads;
    for (Runner& runner : runners) threads.emplace_back([&] { run_until_stopped(runner, plan.runs > 0, shared); });
    if (plan.reload_seconds > 0) threads.emplace_back([&] { reload_until_stopped(plan, shared, reloads); });

    double next = plan.sample_seconds;
    while (!shared.stop) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      if (plan.runs == 0 && elapsed() >= plan.seconds) shared.stop = true;
      if (elapsed() < next && !shared.stop) continue;
      if (shared.stop) break;
      next += plan.sample_seconds;
      outcome.samples.push_back(take(elapsed(), shared, all));
      tell(outcome.samples.back());
      const std::string grown = growth(outcome.samples.front().state, outcome.samples.back().state);
      if (!grown.empty()) shared.fail(grown);
    }
    for (std::thread& thread : threads) thread.join();
    outcome.samples.push_back(take(elapsed(), shared, all));
    tell(outcome.samples.back());
  }
  dcm_model_close(model);
  if (shared.failure.empty()) shared.failure = growth(outcome.samples.front().state, outcome.samples.back().state);
  outcome.failure = shared.failure;
  outcome.runs = all.count();
  outcome.reloads = reloads;
  outcome.seconds = outcome.samples.back().seconds;
  outcome.p50_ns = all.percentile(0.5);
  outcome.p99_ns = all.percentile(0.99);
  outcome.p999_ns = all.percentile(0.999);
  outcome.max_ns = all.max();
  return outcome;
}

}  // namespace soak
