#include "operator_events.h"

#include <executorch/runtime/core/event_tracer_hooks_delegate.h>
#include <executorch/runtime/platform/platform.h>

#include <cstdio>

namespace dcm::executorch {

namespace et = ::executorch::runtime;

void log_operators(et::EventTracer* tracer, const dcm_model* model, const dcm_context* context, et_timestamp_t start) {
  if (tracer == nullptr) return;
  const et_tick_ratio_t ratio = et::pal_ticks_to_ns_multiplier();
  uint64_t passed_ns = 0;
  for (size_t i = 0; i < dcm_model_op_count(model); ++i) {
    dcm_op_info op;
    dcm_op_profile profile;
    if (dcm_model_op(model, i, &op, nullptr) != DCM_OK) return;
    if (dcm_context_op_profile(context, i, &profile, nullptr) != DCM_OK) return;
    const auto ticks = [&](uint64_t ns) { return start + ns * ratio.denominator / ratio.numerator; };
    char name[192];
    std::snprintf(name, sizeof name, "%zu %s %.96s %s", i, op.type, op.name, op.kernel);
    et::event_tracer_log_profiling_delegate(tracer, name, static_cast<et::DebugHandle>(et::kUnsetDelegateDebugIntId),
                                            ticks(passed_ns), ticks(passed_ns + profile.last_ns));
    passed_ns += profile.last_ns;
  }
}

}  // namespace dcm::executorch
