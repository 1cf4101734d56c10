// Convolution by a sparse weight, and transposed convolution whose weight has been turned so that a row is an output. A workgroup takes a block
// of rows and a tile of pixels. The rows' non-zeros, which follow each other, are unpacked together into shared memory, a chunk at a time; then
// each invocation multiplies all of the chunk with its own pixels. Neighbouring invocations have neighbouring pixels, so their reads follow each
// other too.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"
#include "functions.glsl"
#include "weight.glsl"

layout(constant_id = 3) const uint PIXELS = 1;      // of an invocation: 1 or 4
layout(constant_id = 4) const uint PADDED = 1;      // 0: no window leaves the input
layout(constant_id = 5) const uint TRANSPOSED = 0;
layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(push_constant) uniform Push { CONVOLUTION_PUSH } push;

shared uint chunk_place[MOST_THREADS];  // of the input element under the tap when the window is at 0; transposed: of the channel
shared uint chunk_tap[MOST_THREADS];    // distance of the tap from the window's first row, and column, 16 bits each
shared float chunk_value[MOST_THREADS];

// Of each pixel: its window's first row and column (they may be negative, and wrap), the element there, and the element of y in row 0.
uint window_y[4], window_x[4], window_at[4], result_at[4];
bool exists[4];

void place_pixels(uint first_pixel) {
  uint out_plane = push.out_height * push.out_width;
  [[unroll]] for (uint p = 0; p < PIXELS; ++p) {
    uint pixel = first_pixel + p * gl_WorkGroupSize.x;
    exists[p] = pixel < push.samples * out_plane;
    if (!exists[p]) pixel = 0;
    uint sample_index = pixel / out_plane, in_plane = pixel % out_plane;
    uint out_y = in_plane / push.out_width, out_x = in_plane % push.out_width;
    uint sample_at = sample_index * push.channels * push.height * push.width;
    if (TRANSPOSED != 0) {
      window_y[p] = out_y + push.pad_top;
      window_x[p] = out_x + push.pad_left;
      window_at[p] = sample_at;
    } else {
      window_y[p] = out_y * push.stride_y - push.pad_top;
      window_x[p] = out_x * push.stride_x - push.pad_left;
      window_at[p] = sample_at + window_y[p] * push.width + window_x[p];
    }
    result_at[p] = sample_index * push.outputs * out_plane + in_plane;
  }
}

// Non-zero number `nonzero` to place i of the chunk.
void unpack(uint i, uint nonzero) {
  uint column = sparse_column(push.words, nonzero), area = push.kernel_h * push.kernel_w;
  uint channel = column / area, tap = column % area;
  uint tap_y = tap / push.kernel_w * push.dilation_y, tap_x = tap % push.kernel_w * push.dilation_x;
  uint plane = channel * push.height * push.width;
  chunk_place[i] = TRANSPOSED != 0 ? plane : plane + tap_y * push.width + tap_x;
  chunk_tap[i] = tap_y << 16 | tap_x;
  chunk_value[i] = sparse_value(push.words, push.codes, push.codebook, nonzero);
}

float input_at(uint p, uint place, uint tap) {
  if (PADDED == 0) return a[window_at[p] + place];
  uint in_y, in_x, at;
  bool inside;
  if (TRANSPOSED != 0) {
    uint full_y = window_y[p] - (tap >> 16), full_x = window_x[p] - (tap & 0xFFFFu);
    in_y = full_y / push.stride_y;
    in_x = full_x / push.stride_x;
    inside = in_y * push.stride_y == full_y && in_x * push.stride_x == full_x && in_y < push.height && in_x < push.width;
    at = window_at[p] + place + in_y * push.width + in_x;
  } else {
    inside = window_y[p] + (tap >> 16) < push.height && window_x[p] + (tap & 0xFFFFu) < push.width;
    at = window_at[p] + place;
  }
  float value = a[inside ? at : 0];
  return inside ? value : 0.0;
}

void main() {
  uint tile_pixels = gl_WorkGroupSize.x * PIXELS;
  uint tiles = divide_up(push.samples * push.out_height * push.out_width, tile_pixels);
  uint row = group_index() / tiles * push.rows_of_group;
  if (row >= push.outputs) return;  // the whole workgroup
  uint end_row = min(row + push.rows_of_group, push.outputs);
  place_pixels(group_index() % tiles * tile_pixels + gl_LocalInvocationID.x);

  uint chunk = c[push.row_begin + row], end = c[push.row_begin + end_row];
  uint row_end = c[push.row_begin + row + 1];
  float sums[4] = float[](0.0, 0.0, 0.0, 0.0);
  while (row < end_row) {
    uint count = min(end - chunk, gl_WorkGroupSize.x);
    barrier();
    if (gl_LocalInvocationID.x < count) unpack(gl_LocalInvocationID.x, chunk + gl_LocalInvocationID.x);
    barrier();
    uint i = 0;
    while (row < end_row) {
      uint group_place = row / push.group_outputs * push.group_channels * push.height * push.width;
      for (uint stop = min(row_end - chunk, count); i < stop; ++i)
        [[unroll]] for (uint p = 0; p < PIXELS; ++p) sums[p] += chunk_value[i] * input_at(p, chunk_place[i] + group_place, chunk_tap[i]);
      if (row_end - chunk > count) break;  // the row goes on in the next chunk
      float bias = constant_at(push.bias + row);
      [[unroll]] for (uint p = 0; p < PIXELS; ++p) {
        if (exists[p]) y[result_at[p] + row * push.out_height * push.out_width] = activate(sums[p] + bias);
        sums[p] = 0.0;
      }
      ++row;
      if (row < end_row) row_end = c[push.row_begin + row + 1];
    }
    chunk += count;
  }
}
