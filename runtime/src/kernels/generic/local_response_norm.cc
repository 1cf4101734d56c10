#include <algorithm>
#include <cmath>

#include "kernels/generic/generic_kernels.h"

namespace dcm {
namespace {

// A unit is one channel of one sample.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return uint64_t{site.output().dims[0]} * batch * site.output().dims[1];
}

void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Shape& shape = call.site->output();
  const LocalResponseNormAttributes norm = call.site->op->attributes.local_response_norm;
  const uint64_t channels = shape.dims[1], size = shape.product(2, shape.rank);
  const uint64_t before = norm.size / 2, after = norm.size - 1 - before;  // neighbours on either side
  const float scale = norm.alpha / static_cast<float>(norm.size);
  for (uint64_t unit = begin; unit < end; ++unit) {
    const uint64_t channel = unit % channels;
    const uint64_t first = channel - std::min(before, channel), last = std::min(channel + after, channels - 1);
    const float* sample = call.inputs[0] + (unit - channel) * size;
    const float* x = call.inputs[0] + unit * size;
    float* __restrict y = call.outputs[0] + unit * size;
    std::fill(y, y + size, 0.0f);
    for (uint64_t neighbour = first; neighbour <= last; ++neighbour) {
      const float* square = sample + neighbour * size;
      for (uint64_t i = 0; i < size; ++i) y[i] += square[i] * square[i];
    }
    if (norm.beta == 0.75f) {  // as in every network that is known to have it: two square roots for a power
      for (uint64_t i = 0; i < size; ++i) {
        const float root = std::sqrt(norm.k + scale * y[i]);
        y[i] = x[i] / (root * std::sqrt(root));
      }
    } else {
      for (uint64_t i = 0; i < size; ++i) y[i] = x[i] / std::pow(norm.k + scale * y[i], norm.beta);
    }
  }
}

}  // namespace

const Kernel kLocalResponseNormGeneric = {"local_response_norm_generic",
                                          OpType::kLocalResponseNorm,
                                          WeightForm::kNone,
                                          Isa::kGeneric,
                                          nullptr,
                                          nullptr,
                                          units,
                                          run};

}  // namespace dcm
