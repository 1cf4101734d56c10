// Each operator of a run as an event of ETDump, which executorch.devtools.Inspector shows.
#pragma once

#include <executorch/runtime/core/event_tracer.h>
#include <executorch/runtime/platform/types.h>

#include "dcmobile/dcmobile.h"

namespace dcm::executorch {

// Logs the last run of the context, which must have a profile: an event an operator, one after the other from start,
// named by its place, type, module and kernel. Does nothing without a tracer.
void log_operators(::executorch::runtime::EventTracer* tracer, const dcm_model* model, const dcm_context* context,
                   et_timestamp_t start);

}  // namespace dcm::executorch
