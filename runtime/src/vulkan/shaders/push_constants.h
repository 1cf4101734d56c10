// Push constants: lists of fields that C++ makes structs of and GLSL blocks, one a family of shaders. At most 128
// bytes. What ends in _at is a place in c, in words; sizes and steps are in elements.
#ifndef DCMOBILE_PUSH_CONSTANTS_H
#define DCMOBILE_PUSH_CONSTANTS_H

// y[sample][row] = activation(sum over columns of weight[row][column] a[sample][column] + bias[row])
#define LINEAR_PUSH \
  uint rows;        \
  uint columns;     \
  uint samples;     \
  uint words;       \
  uint codes;       \
  uint row_begin;   \
  uint codebook;    \
  uint bias;

// y[i] = FUNCTION(a[i]), count elements.
#define UNARY_PUSH \
  uint count;      \
  float p0;        \
  float p1;

// Convolutions, also transposed ones. channels, outputs: of a group for `group_`, of all for the others.
#define CONVOLUTION_PUSH \
  uint samples;          \
  uint channels;         \
  uint height;           \
  uint width;            \
  uint outputs;          \
  uint out_height;       \
  uint out_width;        \
  uint kernel_h;         \
  uint kernel_w;         \
  uint stride_y;         \
  uint stride_x;         \
  uint dilation_y;       \
  uint dilation_x;       \
  uint pad_top;          \
  uint pad_left;         \
  uint group_channels;   \
  uint group_outputs;    \
  uint rows_of_group;    \
  uint words;            \
  uint codes;            \
  uint row_begin;        \
  uint codebook;         \
  uint bias;

// MatMul, and Linear of many samples: y[m][n] = activation(scale * sum over k of a[m][k] b[k][n] (+ bias[n])), for each
// of `matrices`; b may be a weight [n][k]. Axes before the last two: `rank` of them, the last turns fastest.
#define MATMUL_PUSH   \
  uint rows;          \
  uint columns;       \
  uint depth;         \
  uint a_row_step;    \
  uint a_depth_step;  \
  uint b_depth_step;  \
  uint b_column_step; \
  uint matrices;      \
  uint rank;          \
  uint sizes[6];      \
  uint a_steps[6];    \
  uint b_steps[6];    \
  uint words;         \
  uint codebook;      \
  uint bias;          \
  float scale;

// Windows over planes; adaptive ones have only sizes.
#define POOL_PUSH    \
  uint planes;       \
  uint height;       \
  uint width;        \
  uint out_height;   \
  uint out_width;    \
  uint kernel_h;     \
  uint kernel_w;     \
  uint stride_y;     \
  uint stride_x;     \
  uint dilation_y;   \
  uint dilation_x;   \
  uint pad_top;      \
  uint pad_left;     \
  uint pad_bottom;   \
  uint pad_right;    \
  uint count_padded; \
  uint divisor;

// y[i] = activation(FUNCTION(a at its steps, b at its steps)); the last of `rank` axes turns fastest.
#define BINARY_PUSH \
  uint count;       \
  uint rank;        \
  uint sizes[8];    \
  uint a_steps[8];  \
  uint b_steps[8];

// y at y_start and its steps = a at a_start and its steps.
#define COPY_PUSH  \
  uint count;      \
  uint rank;       \
  uint a_start;    \
  uint y_start;    \
  uint sizes[8];   \
  uint a_steps[8]; \
  uint y_steps[8];

// Axis i of y has sizes[i] elements, of which `before` come before the first of a's a_sizes[i].
#define PAD_PUSH   \
  uint count;      \
  uint rank;       \
  float value;     \
  uint sizes[8];   \
  uint a_sizes[8]; \
  uint before[8];

// Output i is at the first `kept` axes' index; it takes the elements at the `rank - kept` other axes' indices.
#define REDUCE_PUSH \
  uint outputs;     \
  uint elements;    \
  uint rank;        \
  uint kept;        \
  uint sizes[8];    \
  uint steps[8];

// Along the middle of [outer, size, inner]. limit_rows: causal, the number of queries; element i of size is left out
// where i > outer % limit_rows. 0: all are in.
#define SOFTMAX_PUSH \
  uint outer;        \
  uint size;         \
  uint inner;        \
  uint limit_rows;

// Parts of `size` elements that follow each other. The weight of an element is that at its place divided by
// weight_divisor, modulo weight_count; that of the bias as well.
#define NORM_PUSH      \
  uint parts;          \
  uint size;           \
  uint weight_divisor; \
  uint weight_count;   \
  uint weight;         \
  uint bias;           \
  float epsilon;

// [outer, channels, inner], count elements in all. weight_count: channels, or 1 for one number for all.
#define CHANNEL_PUSH \
  uint count;        \
  uint inner;        \
  uint weight_count; \
  uint weight;       \
  uint bias;

// [samples, channels, inner]
#define LOCAL_RESPONSE_PUSH \
  uint count;               \
  uint channels;            \
  uint inner;               \
  uint before;              \
  uint after;               \
  float scale;              \
  float beta;               \
  float k;

#define RESIZE_PUSH \
  uint planes;      \
  uint height;      \
  uint width;       \
  uint out_height;  \
  uint out_width;   \
  float step_y;     \
  float step_x;

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
struct ConvolutionPush {
  CONVOLUTION_PUSH
};
struct MatMulPush {
  MATMUL_PUSH
};
struct PoolPush {
  POOL_PUSH
};
struct BinaryPush {
  BINARY_PUSH
};
struct CopyPush {
  COPY_PUSH
};
struct PadPush {
  PAD_PUSH
};
struct ReducePush {
  REDUCE_PUSH
};
struct SoftmaxPush {
  SOFTMAX_PUSH
};
struct NormPush {
  NORM_PUSH
};
struct ChannelPush {
  CHANNEL_PUSH
};
struct LocalResponsePush {
  LOCAL_RESPONSE_PUSH
};
struct ResizePush {
  RESIZE_PUSH
};
}  // namespace dcm::vulkan
#endif

#endif
