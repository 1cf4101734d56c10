// dcm_options, checked.
#pragma once

#include "core/status.h"

namespace dcm {

// The caller's options, or the defaults for null. CALL_ARGUMENT for values out of range, and for fields that only a
// newer runtime knows.
Result<dcm_options> read_options(const dcm_options* options);

}  // namespace dcm
