// What an application asks for when it loads a program: Module::load(..., BackendOptions) reaches the delegate's init.
#pragma once

#include <executorch/runtime/backend/interface.h>

#include "dcmobile/dcmobile.h"

namespace dcm::executorch {

// threads (int, 1..64): how many parts an operator's work is cut into. Default: as many as ExecuTorch's pool has
//   threads. They run on that pool.
// isa (string): kernels for "generic", "neon", "avx2" or "avx512". Default: the best that the CPU has.
// device (string): "cpu", the default, "vulkan" or "vulkan:N". A device that is not there or fails leaves it to the
// CPU,
//   with a line in the log.
//
// InvalidArgument for an option of another name, type or range.

::executorch::runtime::Error read_load_options(const ::executorch::runtime::BackendInitContext& context,
                                               dcm_options* options);

}  // namespace dcm::executorch
