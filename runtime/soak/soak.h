// Runs a model for a long time and watches the process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "process_state.h"

namespace soak {

struct Plan {
  std::string model;
  uint64_t runs = 0;   // ends after as many runs; 0: after the seconds
  double seconds = 0;  // of the loop
  double sample_seconds = 60;
  uint32_t threads = 1;       // of each context
  uint32_t contexts = 1;      // run side by side, each on a thread of its own
  double reload_seconds = 0;  // between two reloads of the model beside the runs, 0: none
};

// What happened since the sample before.
struct Sample {
  double seconds = 0;  // since the start
  uint64_t runs = 0;
  uint64_t p50_ns = 0, p90_ns = 0, p99_ns = 0, p999_ns = 0, max_ns = 0;
  ProcessState state;
};

struct Outcome {
  std::vector<Sample> samples;
  uint64_t runs = 0, reloads = 0;
  double seconds = 0;
  uint64_t p50_ns = 0, p99_ns = 0, p999_ns = 0, max_ns = 0;  // of all runs
  std::string failure;                                       // empty: all is well
};

// Fails if a run fails or gives another result than the first one did, or if memory or descriptors grow. Progress goes
// to stderr, a line a sample.
Outcome soak(const Plan& plan);

// Growth of resident memory that is no leak: the allocator's arenas and the pages of stacks that runs first touch.
constexpr uint64_t kAllowedGrowth = 1 << 20;

// What a process holds more than at the first sample, as a text, or nothing. Threads are not compared: those of a
// reload come and go.
std::string growth(const ProcessState& first, const ProcessState& now);

}  // namespace soak
