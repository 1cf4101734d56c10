// Runs something many times and sums up what it took.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace bench {

// Nanoseconds of the monotonic clock.
uint64_t now_ns();

// When to stop: after at least `runs` runs and `seconds`, or when `most_seconds` have gone.
struct Effort {
  uint64_t runs;
  double seconds, most_seconds;
  double delay;  // seconds of sleep between runs
};

// Nanoseconds a run.
struct Latency {
  uint64_t runs = 0;
  double mean = 0, deviation = 0;  // deviation: the population's standard deviation
  uint64_t min = 0, median = 0, p90 = 0, p99 = 0, max = 0;
};

// The percentile is the value at rank ceil(share * runs), so it is one that was measured.
Latency summarise(std::vector<uint64_t> times);

// Times each call of run until it says false (a failure, which ends the measurement) or the effort is made. Returns
// whether every call said true; *times has one entry a call.
bool repeat(const Effort& effort, const std::function<bool()>& run, std::vector<uint64_t>* times);

}  // namespace bench
