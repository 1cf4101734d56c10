// Elements of [N, C, ...] channel by channel.
#pragma once

#include <cstdint>

#include "graph/shape.h"

namespace dcm {

// Calls f(channel, run_begin, run_end) for the elements begin .. end - 1 of a value of rank 2 or more, in order and cut
// where the channel (axis 1) changes.
template <typename F>
void for_each_channel_run(const Shape& shape, uint64_t begin, uint64_t end, F&& f) {
  const uint64_t channels = shape.dims[1], size = shape.product(2, shape.rank);
  uint64_t channel = begin / size % channels, run_end = (begin / size + 1) * size;
  for (uint64_t at = begin; at < end; run_end += size) {
    f(channel, at, run_end < end ? run_end : end);
    at = run_end;
    channel = channel + 1 == channels ? 0 : channel + 1;
  }
}

}  // namespace dcm
