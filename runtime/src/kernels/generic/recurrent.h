// What the kernels of Lstm and Gru have in common. A unit is one sample: each element of a sequence needs the state
// that the one before it left.
#pragma once

#include <algorithm>

#include "kernels/generic/weight_rows.h"
#include "kernels/kernel.h"

namespace dcm {

inline uint64_t recurrent_units(const Site& site, uint32_t batch, const Prepared&) {
  return uint64_t{site.input().dims[0]} * batch;
}

// One sample's sequence, walked in order of the operator.
class Sequence {
 public:
  Sequence(const Call& call, uint64_t sample, bool has_state, bool reverse)
      : steps_(call.site->input().dims[1]),
        features_(call.site->input().dims[2]),
        hidden_(call.site->output().dims[2]),
        reverse_(reverse),
        x_(call.inputs[0] + sample * steps_ * features_),
        y_(call.outputs[0] + sample * steps_ * hidden_),
        h_(has_state ? call.inputs[1] + sample * hidden_ : nullptr) {}

  // Calls f(x, h, y) for each element: x [features], the hidden state before it [hidden], null where that is 0, and
  // where the state after it goes. Leaves the last state in last_h.
  template <typename F>
  void walk(float* last_h, F&& f) {
    for (uint64_t step = 0; step < steps_; ++step) {
      const uint64_t t = reverse_ ? steps_ - 1 - step : step;
      float* y = y_ + t * hidden_;
      f(x_ + t * features_, h_, y);
      h_ = y;
    }
    std::copy(h_, h_ + hidden_, last_h);
  }

 private:
  uint64_t steps_, features_, hidden_;
  bool reverse_;
  const float* x_;
  float* y_;
  const float* h_;
};

}  // namespace dcm
