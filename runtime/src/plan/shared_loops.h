// Which operators share their loop with other threads.
#pragma once

#include "plan/plan.h"

namespace dcm {

// What sharing loops takes. threads: that share them, the caller's included. wake_ns: what waking the others for a run
// takes the caller, 0 if they wait awake.
struct SharingCosts {
  uint32_t threads = 1;
  uint64_t wake_ns = 0;
};

// Says for each operator of the plan, for slices of so many samples, whether its loop is worth sharing; for none if a
// run of so many slices is not expected to gain what waking the threads takes. shared: as long as plan.ops. Returns
// whether any is.
bool choose_shared_loops(const Plan& plan, uint32_t samples, uint32_t slices, SharingCosts costs, Array<bool>* shared);

}  // namespace dcm
