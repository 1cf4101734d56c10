// From the runtime's codes to ExecuTorch's.
#pragma once

#include <executorch/runtime/core/error.h>

#include "dcmobile/dcmobile.h"

namespace dcm::executorch {

// A blob that this runtime is too old for, or that asks for what it cannot do: DelegateInvalidCompatibility. A damaged
// or hostile one: InvalidProgram. Memory: DelegateMemoryAllocationFailed. Threads: OutOfResources. A wrong tensor or
// option: InvalidArgument.
::executorch::runtime::Error error_of(int code);

// The same, with the error's text in ExecuTorch's log. doing: what failed, such as "cannot load".
::executorch::runtime::Error report(const char* doing, const dcm_error& error);

}  // namespace dcm::executorch
