// The runtime's loops on ExecuTorch's thread pool, which XNNPACK and the optimized kernels use too.
#pragma once

#include <cstdint>

namespace dcm::executorch {

// A dcm_parallel_for: calls task(argument, i) for every i below tasks and returns when all are done.
void run_on_executorch_pool(void* context, uint32_t tasks, void (*task)(void* argument, uint32_t index),
                            void* argument);

}  // namespace dcm::executorch
