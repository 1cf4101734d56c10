#include "kernels/generic/activation.h"

namespace dcm {
namespace {

template <float (*function)(float)>
void map(float* x, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) x[i] = function(x[i]);
}

}  // namespace

void activate(Activation activation, float* x, uint64_t count) {
  switch (activation) {
    case Activation::kNone:
      return;
    case Activation::kRelu:
      return map<relu>(x, count);
    case Activation::kRelu6:
      return map<relu6>(x, count);
    case Activation::kHardSwish:
      return map<hard_swish>(x, count);
    case Activation::kHardSigmoid:
      return map<hard_sigmoid>(x, count);
    case Activation::kSigmoid:
      return map<sigmoid>(x, count);
    case Activation::kTanh:
      return map<std::tanh>(x, count);
    case Activation::kSilu:
      return map<silu>(x, count);
    case Activation::kGelu:
      return map<gelu>(x, count);
  }
}

}  // namespace dcm
