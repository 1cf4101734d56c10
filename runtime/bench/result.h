// Everything that one run of dcmobile-bench measures. Times are nanoseconds.
#pragma once

#include <string>
#include <vector>

#include "dcmobile/dcmobile.h"
#include "energy.h"
#include "latency.h"

namespace bench {

struct Memory {
  uint64_t rss_at_start = 0, rss_after_load = 0,
           peak_rss = 0;  // bytes of this process; 0 where the system does not say
  uint64_t arena = 0;     // of the context, bytes
};

struct OperatorResult {
  dcm_op_info info;
  std::string shape;  // of its first output, "4 x 6 x 6": a sample's
  dcm_op_profile profile;
};

struct Result {
  dcm_load_info load = {};
  dcm_device_report device = {};  // where the runs were, as it was after the last
  uint64_t open_ns = 0;           // dcm_model_open, all of it
  uint64_t context_ns = 0;        // dcm_context_create and set_batch
  uint64_t first_run_ns = 0;      // caches, pages and branch predictors are cold
  Latency warmup, timed;
  Energy energy;
  Memory memory;
  std::vector<OperatorResult> operators;  // of the timed runs; empty without --enable_op_profiling
};

}  // namespace bench
