#include "kernels/generic/strided_view.h"

#include <algorithm>

namespace dcm {

void copy_view(const StridedView& view, const float* x, float* y, uint64_t begin, uint64_t end) {
  y += begin;
  view.for_each_run(begin, end, [&](uint64_t position, uint64_t count, uint64_t step) {
    const float* from = x + position;
    if (step == 1)
      std::copy(from, from + count, y);
    else if (step == 0)
      std::fill(y, y + count, *from);
    else
      for (uint64_t i = 0; i < count; ++i) y[i] = from[i * step];
    y += count;
  });
}

}  // namespace dcm
