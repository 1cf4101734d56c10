#include "plan/shared_loops.h"

#include <algorithm>

namespace dcm {
namespace {

// Handing a part to a thread that is awake takes about a microsecond; operators with less work than that stay on the
// caller's.
constexpr uint64_t kWorkWorthThreads = 1u << 16;

// Of kernels that do not say what they are expected to take: about what depthwise convolutions (0.04), pooling (0.24)
// and operators of one value (0.1) take on one core of a Zen 4. Only whether a run gains more than waking threads takes
// depends on it.
constexpr double kNsPerWork = 0.1;

// Of all samples on one core.
double expected_ns(const PlannedOp& planned, uint64_t samples) {
  if (planned.kernel->run == nullptr) return 0;
  const double sample = planned.expected_ns > 0 ? planned.expected_ns : static_cast<double>(planned.work) * kNsPerWork;
  return sample * static_cast<double>(samples);
}

// How many threads can have a part of the operator's loop.
uint64_t most_parts(const PlannedOp& planned, uint32_t samples, uint32_t threads) {
  const Kernel& kernel = *planned.kernel;
  if (kernel.run == nullptr || planned.work * samples < kWorkWorthThreads) return 1;
  return std::min<uint64_t>(threads, kernel.units(planned.site, samples, planned.prepared));
}

}  // namespace

bool choose_shared_loops(const Plan& plan, uint32_t samples, uint32_t slices, SharingCosts costs, Array<bool>* shared) {
  bool any = false;
  double gained_ns = 0;  // by a slice
  for (uint32_t i = 0; i < plan.ops.size(); ++i) {
    const uint32_t here = plan.ops[i].site.output().samples(samples);
    const uint64_t parts = most_parts(plan.ops[i], here, costs.threads);
    const double ns = expected_ns(plan.ops[i], here);
    (*shared)[i] = parts > 1;
    any = any || parts > 1;
    gained_ns += ns - ns / static_cast<double>(parts);
  }
  if (gained_ns * slices >= static_cast<double>(costs.wake_ns)) return any;
  for (bool& each : *shared) each = false;
  return false;
}

}  // namespace dcm
