#include "ops/broadcast.h"

namespace dcm {
namespace {

// Whether one, which has the batch and that many axes, can be broadcast against the other.
bool keeps_batch(uint32_t one_axes, const Shape& other, uint32_t other_axes) {
  if (one_axes < 1 || other_axes > one_axes) return false;
  return other_axes < one_axes ? !other.batched : other.dims[0] == 1;
}

}  // namespace

Status broadcast(const Shape& a, uint32_t a_axes, const Shape& b, uint32_t b_axes, Shape* output) {
  bool fits = (!a.batched || keeps_batch(a_axes, b, b_axes)) && (!b.batched || keeps_batch(b_axes, a, a_axes));
  output->rank = a_axes > b_axes ? a_axes : b_axes;
  output->batched = a.batched || b.batched;
  for (uint32_t i = 0; i < output->rank; ++i) {  // counted from the last axis
    const uint32_t a_size = i < a_axes ? a.dims[a_axes - 1 - i] : 1;
    const uint32_t b_size = i < b_axes ? b.dims[b_axes - 1 - i] : 1;
    fits = fits && (a_size == b_size || a_size == 1 || b_size == 1);
    output->dims[output->rank - 1 - i] = a_size == 1 ? b_size : a_size;
  }
  if (!fits)
    return Status::error(DCM_GRAPH_SHAPE, "its inputs have shapes %s and %s, which do not broadcast", ShapeText(a).text,
                         ShapeText(b).text);
  return {};
}

}  // namespace dcm
