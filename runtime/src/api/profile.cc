#include "api/profile.h"

namespace dcm {

Status Profile::enable(MemoryBudget& budget, size_t ops) {
  DCM_TRY(now_.allocate(budget, ops));
  DCM_TRY(profiles_.allocate(budget, ops));
  on_ = true;
  clear_now();
  reset();
  return {};
}

void Profile::reset() {
  for (dcm_op_profile& profile : profiles_) profile = {0, 0, 0, 0};
}

void Profile::clear_now() {
  for (uint64_t& time : now_) time = 0;
}

void Profile::add_now() {
  for (size_t op = 0; op < profiles_.size(); ++op) {
    dcm_op_profile& profile = profiles_[op];
    if (profile.runs == 0 || now_[op] < profile.min_ns) profile.min_ns = now_[op];
    ++profile.runs;
    profile.last_ns = now_[op];
    profile.total_ns += now_[op];
  }
}

}  // namespace dcm
