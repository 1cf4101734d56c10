// dcm_options, checked.
#pragma once

#include "core/status.h"
#include "core/thread_pool.h"

namespace dcm {

// The caller's options, or the defaults for null. CALL_ARGUMENT for values out of range, and for fields that only a
// newer runtime knows.
Result<dcm_options> read_options(const dcm_options* options);

// The device of a model: that of the options, or else of the environment variable DCM_DEVICE, or else "cpu".
// CALL_ARGUMENT if that is none.
Result<const char*> choose_device(const dcm_options& options);

// Makes the pool ready with threads of its own, or with those that the options lend.
Status start_threads(const dcm_options& options, MemoryBudget& budget, ThreadPool* pool);

}  // namespace dcm
