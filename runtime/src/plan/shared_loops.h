// Which operators share their loop with other threads.
#pragma once

#include "plan/plan.h"

namespace dcm {

// What sharing a loop takes. threads: that share it, the caller's included. wake_ns: what waking the others takes the
// caller, 0 if they wait awake.
struct SharingCosts {
  uint32_t threads = 1;
  uint64_t wake_ns = 0;
};

// Says for each operator of the plan, for so many samples at once, whether its loop is worth sharing. Threads that
// sleep are woken once for a row of loops that follow one another closely; a row that is expected to gain less than
// that stays on the caller's thread. shared: as long as plan.ops.
void choose_shared_loops(const Plan& plan, uint32_t samples, SharingCosts costs, Array<bool>* shared);

}  // namespace dcm
