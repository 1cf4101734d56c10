#include "text_report.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>

namespace bench {
namespace {

double milliseconds(uint64_t ns) {
  return static_cast<double>(ns) * 1e-6;
}

double megabytes(uint64_t bytes) {
  return static_cast<double>(bytes) * 1e-6;
}

void print_latency(const Latency& latency, FILE* out) {
  std::fprintf(out, "runs      %" PRIu64 " of median %.4f ms\n", latency.runs, milliseconds(latency.median));
  std::fprintf(out, "          min %.4f, mean %.4f, deviation %.4f, p90 %.4f, p99 %.4f, max %.4f ms\n",
               milliseconds(latency.min), latency.mean * 1e-6, latency.deviation * 1e-6, milliseconds(latency.p90),
               milliseconds(latency.p99), milliseconds(latency.max));
}

void print_memory(const Result& result, FILE* out) {
  const Memory& memory = result.memory;
  std::fprintf(out, "memory    weights %.2f MB, arena %.2f MB\n", megabytes(result.load.weight_bytes),
               megabytes(memory.arena));
  if (memory.peak_rss == 0)
    std::fprintf(out, "          resident: this system has no /proc/self/status\n");
  else
    std::fprintf(out, "          resident: %.2f MB at start, %.2f MB loaded, %.2f MB at the peak\n",
                 megabytes(memory.rss_at_start), megabytes(memory.rss_after_load), megabytes(memory.peak_rss));
}

void print_energy(const Result& result, FILE* out) {
  if (result.energy.packages == 0) {
    std::fprintf(out, "energy    not measured: %s\n", result.energy.unavailable.c_str());
    return;
  }
  std::fprintf(out, "energy    %.6f J a run (whole package, %u of them)\n",
               result.energy.joules / static_cast<double>(result.timed.runs), result.energy.packages);
}

// Nothing for the CPU that was asked for.
void print_device(const dcm_device_report& device, FILE* out) {
  if (device.fallback[0] != '\0') std::fprintf(out, "device    the CPU: %s\n", device.fallback);
  if (device.ops_placed == 0) return;
  std::fprintf(out,
               "device    %s (%s): %u of %u operators; opened in %.3f ms, compiled in %.3f ms, checked in %.3f ms\n",
               device.name, device.device, device.ops_placed, device.ops, milliseconds(device.open_ns),
               milliseconds(device.compile_ns), milliseconds(device.check_ns));
  std::fprintf(out, "          weights %.2f MB, activations %.2f MB\n", megabytes(device.weight_bytes),
               megabytes(device.activation_bytes));
}

struct Widths {
  int name = 4, kernel = 6, shape = 5;
};

Widths widths_of(const std::vector<OperatorResult>& operators) {
  Widths widths;
  for (const OperatorResult& op : operators) {
    widths.name = std::max(widths.name, static_cast<int>(std::strlen(op.info.name)));
    widths.kernel = std::max(widths.kernel, static_cast<int>(std::strlen(op.info.kernel)));
    widths.shape = std::max(widths.shape, static_cast<int>(op.shape.size()));
  }
  return widths;
}

void print_operators(const Flags& flags, const Result& result, FILE* out) {
  const Widths widths = widths_of(result.operators);
  uint64_t all = 0;
  for (const OperatorResult& op : result.operators) all += op.profile.total_ns;
  std::fprintf(out, "\n%-*s  %-*s  %-*s  %10s  %10s  %6s  %8s  %10s\n", widths.name, "name", widths.kernel, "kernel",
               widths.shape, "shape", "mean ms", "min ms", "share", "GFLOP/s", "weights MB");
  for (const OperatorResult& op : result.operators) {
    const double mean = static_cast<double>(op.profile.total_ns) / static_cast<double>(op.profile.runs);  // ns
    const double flops = 2.0 * static_cast<double>(op.info.macs) * flags.batch;
    std::fprintf(out, "%-*s  %-*s  %-*s  %10.4f  %10.4f  %5.1f%%  ", widths.name, op.info.name, widths.kernel,
                 op.info.kernel, widths.shape, op.shape.c_str(), mean * 1e-6, milliseconds(op.profile.min_ns),
                 all == 0 ? 0.0 : 100.0 * static_cast<double>(op.profile.total_ns) / static_cast<double>(all));
    if (flops > 0 && op.profile.min_ns > 0)
      std::fprintf(out, "%8.2f  ", flops / static_cast<double>(op.profile.min_ns));
    else
      std::fprintf(out, "%8s  ", "-");
    if (op.info.weight_bytes > 0)
      std::fprintf(out, "%10.3f\n", megabytes(op.info.weight_bytes));
    else
      std::fprintf(out, "%10s\n", "-");
  }
  std::fprintf(
      out,
      "Share is of the mean; GFLOP/s counts multiplications and additions of weights that are not zero, in the\n"
      "fastest run.\n");
}

}  // namespace

void print_report(const Flags& flags, const Result& result, FILE* out) {
  const dcm_load_info& load = result.load;
  std::fprintf(out, "%s: %.3f MB, dcmobile %s, batch %u, threads %u\n", flags.graph.c_str(), megabytes(load.file_bytes),
               dcm_version(), flags.batch, flags.num_threads);
  std::fprintf(out, "load      %.3f ms: map %.3f, verify %.3f, decode %.3f, plan %.3f; context %.3f ms\n",
               milliseconds(result.open_ns), milliseconds(load.map_ns), milliseconds(load.verify_ns),
               milliseconds(load.decode_ns), milliseconds(load.plan_ns), milliseconds(result.context_ns));
  print_device(result.device, out);
  std::fprintf(out, "first run %.4f ms\n", milliseconds(result.first_run_ns));
  print_latency(result.timed, out);
  if (flags.report_peak_memory_footprint) print_memory(result, out);
  print_energy(result, out);
  if (flags.enable_op_profiling) print_operators(flags, result, out);
}

}  // namespace bench
