#include "graph/shape.h"

#include <cstdio>

namespace dcm {

bool Shape::operator==(const Shape& other) const {
  if (rank != other.rank || batched != other.batched) return false;
  for (uint32_t i = 0; i < rank; ++i)
    if (dims[i] != other.dims[i]) return false;
  return true;
}

Status verify_shape(const Shape& shape) {
  if (shape.rank < 1 || shape.rank > kMaxRank)
    return Status::error(DCM_GRAPH_SHAPE, "a value has %u dimensions, expected 1 to %u", shape.rank, kMaxRank);
  Checked elements = 1;
  for (uint32_t i = 0; i < shape.rank; ++i) {
    if (shape.dims[i] == 0 || shape.dims[i] > INT32_MAX)
      return Status::error(DCM_GRAPH_SHAPE, "a value of shape %s has a size outside 1 .. 2^31 - 1",
                           ShapeText(shape).text);
    elements *= shape.dims[i];
  }
  if (!elements.within(INT32_MAX))
    return Status::error(DCM_GRAPH_SHAPE, "a value of shape %s has 2^31 elements or more", ShapeText(shape).text);
  return {};
}

// Fits: text has room for kMaxRank numbers of 10 digits and what stands between them.
ShapeText::ShapeText(const uint32_t* dims, uint32_t rank, bool batched) {
  size_t at = 0;
  text[at++] = '[';
  if (batched) text[at++] = 'B';
  for (uint32_t i = batched ? 1 : 0; i < rank && i < kMaxRank; ++i)
    at += static_cast<size_t>(std::snprintf(text + at, sizeof text - at, "%s%u", i == 0 ? "" : ", ", dims[i]));
  text[at++] = ']';
  text[at] = '\0';
}

}  // namespace dcm
