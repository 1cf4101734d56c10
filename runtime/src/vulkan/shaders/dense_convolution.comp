// Convolution by a dense weight as a product of matrices: the weight, and the input's elements under the windows, which are found as they are
// read. Groups of many channels.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"
#include "functions.glsl"
#include "weight.glsl"

layout(constant_id = 3) const uint KERNEL = 0;  // height and width of the kernel, so that divisions by them are by constants; 0: any
layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(push_constant) uniform Push { CONVOLUTION_PUSH } push;

uint kernel_h() {
  return KERNEL != 0 ? KERNEL : push.kernel_h;
}
uint kernel_w() {
  return KERNEL != 0 ? KERNEL : push.kernel_w;
}

uint group_of_channels;
uint depth;
// Of the column that this invocation loads last: the same all along.
uint loaded_column = 0xFFFFFFFFu, window_y, window_x, window_at;

float load_a(uint row, uint k) {
  if (row >= push.group_outputs || k >= depth) return 0.0;
  return dense_value(push.words, push.codebook, (group_of_channels * push.group_outputs + row) * depth + k);
}

float load_b(uint k, uint column) {
  uint out_plane = push.out_height * push.out_width;
  if (k >= depth || column >= push.samples * out_plane) return 0.0;
  if (column != loaded_column) {
    loaded_column = column;
    uint in_plane = column % out_plane;
    window_y = in_plane / push.out_width * push.stride_y - push.pad_top;
    window_x = in_plane % push.out_width * push.stride_x - push.pad_left;
    uint plane = column / out_plane * push.channels + group_of_channels * push.group_channels;
    window_at = plane * push.height * push.width + window_y * push.width + window_x;
  }
  uint area = kernel_h() * kernel_w(), channel = k / area, tap = k % area;
  uint tap_y = tap / kernel_w() * push.dilation_y, tap_x = tap % kernel_w() * push.dilation_x;
  if (window_y + tap_y >= push.height || window_x + tap_x >= push.width) return 0.0;
  return a[window_at + (channel * push.height + tap_y) * push.width + tap_x];
}

void store(uint row, uint column, float sum) {
  uint out_plane = push.out_height * push.out_width;
  if (row >= push.group_outputs || column >= push.samples * out_plane) return;
  uint filter_index = group_of_channels * push.group_outputs + row;
  y[(column / out_plane * push.outputs + filter_index) * out_plane + column % out_plane] =
      activate(sum + constant_at(push.bias + filter_index));
}

#include "tile.glsl"

void main() {
  depth = push.group_channels * kernel_h() * kernel_w();
  uint row_tiles = divide_up(push.group_outputs, TILE);
  uint column_tiles = divide_up(push.samples * push.out_height * push.out_width, TILE);
  uint group = group_index();
  group_of_channels = group / (row_tiles * column_tiles);
  if (group_of_channels >= push.channels / push.group_channels) return;  // the whole workgroup
  group %= row_tiles * column_tiles;
  multiply_tile(group / column_tiles * TILE, group % column_tiles * TILE, depth, true, false);
}
