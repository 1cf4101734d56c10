// Shapes of values.
#pragma once

#include <cstdint>

#include "core/checked.h"
#include "core/status.h"
#include "format/limits.h"

namespace dcm {

// Sizes of a fp32 row-major tensor: of one sample, where it has the batch.
struct Shape {
  uint32_t rank = 0;
  uint32_t dims[kMaxRank] = {};
  bool batched = false;  // the first axis is the batch; dims[0] is 1

  // The product of dims[begin .. end - 1].
  uint64_t product(uint32_t begin, uint32_t end) const {
    uint64_t result = 1;
    // Fits: a graph refuses values of 2^31 or more elements, before anything asks for a product.
    for (uint32_t i = begin; i < end; ++i) result *= dims[i];
    return result;
  }
  uint64_t elements() const { return product(0, rank); }
  // How many samples of a batch the value holds.
  uint32_t samples(uint32_t batch) const { return batched ? batch : 1; }
  bool operator==(const Shape& other) const;
};

// GRAPH_SHAPE unless there are 1 to kMaxRank axes, every size is 1 .. 2^31 - 1 and the shape has fewer than 2^31
// elements.
Status verify_shape(const Shape& shape);

// "[B, 20, 24, 24]", for error texts.
struct ShapeText {
  explicit ShapeText(const Shape& shape) : ShapeText(shape.dims, shape.rank, shape.batched) {}
  ShapeText(const uint32_t* dims, uint32_t rank, bool batched = false);
  char text[kMaxRank * 12 + 3];
};

}  // namespace dcm
