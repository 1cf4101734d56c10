// Products of matrices, a tile at a time. The second one is the operand b, or a dense weight of the constants whose rows are its columns.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"
#include "functions.glsl"
#include "weight.glsl"

layout(constant_id = 3) const uint BY_WEIGHT = 0;
layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(set = 0, binding = 2) readonly buffer B { float b[]; };
layout(push_constant) uniform Push { MATMUL_PUSH } push;

uint a_at, b_at, y_at;  // of this workgroup's matrices

float load_a(uint row, uint k) {
  if (row >= push.rows || k >= push.depth) return 0.0;
  return a[a_at + row * push.a_row_step + k * push.a_depth_step];
}

float load_b(uint k, uint column) {
  if (k >= push.depth || column >= push.columns) return 0.0;
  if (BY_WEIGHT != 0) return dense_value(push.words, push.codebook, column * push.depth + k);
  return b[b_at + k * push.b_depth_step + column * push.b_column_step];
}

void store(uint row, uint column, float sum) {
  if (row >= push.rows || column >= push.columns) return;
  sum *= push.scale;
  if (BY_WEIGHT != 0) sum += constant_at(push.bias + column);
  y[y_at + row * push.columns + column] = activate(sum);
}

#include "tile.glsl"

void main() {
  uint row_tiles = divide_up(push.rows, TILE), column_tiles = divide_up(push.columns, TILE);
  uint group = group_index(), matrix = group / (row_tiles * column_tiles);
  if (matrix >= push.matrices) return;  // the whole workgroup
  group %= row_tiles * column_tiles;
  y_at = matrix * push.rows * push.columns;
  a_at = b_at = 0;
  for (uint axis = push.rank, rest = matrix; axis-- > 0; rest /= push.sizes[axis]) {
    uint index = rest % push.sizes[axis];
    a_at += index * push.a_steps[axis];
    b_at += index * push.b_steps[axis];
  }
  multiply_tile(group / column_tiles * TILE, group % column_tiles * TILE, push.depth, push.a_depth_step == 1,
                BY_WEIGHT != 0 || push.b_depth_step == 1);
}
