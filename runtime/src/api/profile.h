// What each operator of a context's runs takes.
#pragma once

#include "core/array.h"
#include "core/clock.h"
#include "dcmobile/dcmobile.h"

namespace dcm {

// Off until it is enabled: then a run costs one comparison an operator. On, the clock is read once an operator, whose
// time runs from the end of the one before it.
class Profile {
 public:
  Status enable(MemoryBudget& budget, size_t ops);
  bool enabled() const { return on_; }
  size_t size() const { return profiles_.size(); }
  const dcm_op_profile& operator[](size_t op) const { return profiles_[op]; }
  void reset();

  // A run is begin_run, then for each slice of its batch begin_slice and end_op of every operator in order, then
  // end_run. Without end_run the run does not count.
  void begin_run() {
    if (enabled()) clear_now();
  }
  void begin_slice() {
    if (enabled()) then_ = monotonic_ns();
  }
  void end_op(size_t op) {
    if (!enabled()) return;
    const uint64_t time = monotonic_ns();
    now_[op] += time - then_;
    then_ = time;
  }
  // The same for an operator that was timed elsewhere.
  void add(size_t op, uint64_t ns) {
    if (enabled()) now_[op] += ns;
  }
  void end_run() {
    if (enabled()) add_now();
  }

 private:
  void clear_now();
  void add_now();

  bool on_ = false;
  Array<dcm_op_profile> profiles_;
  Array<uint64_t> now_;  // of the run that goes on, an operator
  uint64_t then_ = 0;    // when the operator before ended
};

}  // namespace dcm
