#include "counted_steps.h"

namespace {

uint64_t steps = 0;

}  // namespace

uint64_t dcm::testing::counted_steps() {
  return __atomic_load_n(&steps, __ATOMIC_RELAXED);
}

// What clang calls for every comparison, of two variables and of a variable with a constant. Threads lose some of each
// other's steps, which is cheaper than to share them.
#if defined(__clang__)
#define DCM_COUNT(name, type)                                                                      \
  extern "C" __attribute__((no_sanitize("coverage", "thread", "address"))) void name(type, type) { \
    __atomic_store_n(&steps, __atomic_load_n(&steps, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);     \
  }
DCM_COUNT(__sanitizer_cov_trace_cmp1, uint8_t)
DCM_COUNT(__sanitizer_cov_trace_cmp2, uint16_t)
DCM_COUNT(__sanitizer_cov_trace_cmp4, uint32_t)
DCM_COUNT(__sanitizer_cov_trace_cmp8, uint64_t)
DCM_COUNT(__sanitizer_cov_trace_const_cmp1, uint8_t)
DCM_COUNT(__sanitizer_cov_trace_const_cmp2, uint16_t)
DCM_COUNT(__sanitizer_cov_trace_const_cmp4, uint32_t)
DCM_COUNT(__sanitizer_cov_trace_const_cmp8, uint64_t)
#endif
