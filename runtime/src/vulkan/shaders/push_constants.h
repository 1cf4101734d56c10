// Push constants: lists of fields that C++ makes structs of and GLSL blocks, one a family of shaders. At most 128 bytes.
#ifndef DCMOBILE_PUSH_CONSTANTS_H
#define DCMOBILE_PUSH_CONSTANTS_H

// y[sample][row] = activation(sum over columns of weight[row][column] a[sample][column] + bias[row]). Offsets are words of c.
#define LINEAR_PUSH \
  uint rows;        \
  uint columns;     \
  uint samples;     \
  uint words;       \
  uint row_begin;   \
  uint codebook;    \
  uint bias;

// y[i] = activation(FUNCTION(a[i])), count elements.
#define UNARY_PUSH \
  uint count;      \
  float p0;        \
  float p1;

#ifdef __cplusplus
#include <cstdint>

namespace dcm::vulkan {
using uint = uint32_t;

struct LinearPush {
  LINEAR_PUSH
};
struct UnaryPush {
  UNARY_PUSH
};
}  // namespace dcm::vulkan
#endif

#endif
