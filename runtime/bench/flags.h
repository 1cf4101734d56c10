// The command line of dcmobile-bench. Names and defaults are those of LiteRT's benchmark_model where it has the flag.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

struct Flags {
  std::string graph;             // the .dcmodel
  uint32_t num_threads = 1;      // 1..64
  uint32_t batch = 1;            // samples a run
  uint32_t warmup_runs = 1;      // at least
  double warmup_min_secs = 0.5;  // at least
  uint32_t num_runs = 50;        // at least
  double min_secs = 1.0;         // at least
  double max_secs = 150.0;       // no run starts after it, of warm-up and of timed runs each
  double run_delay = 0.0;        // seconds of sleep between runs
  bool enable_op_profiling = false;
  bool report_peak_memory_footprint = false;
  std::string isa;                        // DCM_ISA of this process; empty: the environment's or the best
  std::string device;                     // "cpu", "vulkan", "vulkan:N"; empty: DCM_DEVICE or the CPU
  std::vector<std::string> input_files;   // raw little-endian float32, one an input; empty: random values
  std::vector<std::string> output_files;  // the same, written after the last run
  std::string json;                       // a file for the figures; "-" is standard output, without the text
  bool help = false;
  bool version = false;
};

// Reads `--flag=value` and `--flag value`; a switch is `--flag`, `--flag=true` or `--flag=false`. On failure returns
// false and error is one line that says what to change.
bool parse_flags(int argc, const char* const* argv, Flags* flags, std::string* error);

// The text of --help.
std::string help_text();

}  // namespace bench
