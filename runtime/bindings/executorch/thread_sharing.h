// The runtime's loops on ExecuTorch's thread pool, which XNNPACK and the optimized kernels use too.
#pragma once

#include <cstdint>

namespace dcm::executorch {

constexpr int kMaxThreads = 64;  // of one network

// What it takes to wake the pool's threads, which sleep soon after their last loop: 9 to 18 microseconds of the
// caller's time on two virtual x86 processors.
constexpr uint64_t kWakeNs = 20'000;

// A dcm_parallel_for: calls task(argument, i) for every i below tasks and returns when all are done.
void run_on_executorch_pool(void* context, uint32_t tasks, void (*task)(void* argument, uint32_t index),
                            void* argument);

// Parts that work is cut into unless the application says otherwise: as many as the pool has threads, or as processors
// that the calling thread may use where those are fewer; the pool counts all of the machine. 1 to kMaxThreads.
uint32_t default_threads();

}  // namespace dcm::executorch
