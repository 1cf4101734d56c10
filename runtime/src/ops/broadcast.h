// NumPy's broadcasting, with a batch (docs/format.md, 3).
#pragma once

#include "core/status.h"
#include "graph/shape.h"

namespace dcm {

// Broadcasts the first a_axes axes of a against the first b_axes of b: fills rank, dims and batched of output, which
// may be neither of them. GRAPH_SHAPE if they do not fit, or if the batch of one would not come first or would meet
// several samples of the other.
Status broadcast(const Shape& a, uint32_t a_axes, const Shape& b, uint32_t b_axes, Shape* output);

// Of the whole shapes.
inline Status broadcast(const Shape& a, const Shape& b, Shape* output) {
  return broadcast(a, a.rank, b, b.rank, output);
}

}  // namespace dcm
