// Weight times vectors: a team takes a row and SAMPLES samples, its members the row's weights in turn.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"
#include "functions.glsl"
#include "weight.glsl"
#include "team.glsl"

layout(constant_id = 4) const uint SAMPLES = 1;  // 1 or 4
layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(push_constant) uniform Push { LINEAR_PUSH } push;

vec4 inputs_at(uvec4 sample_at, uint column) {
  if (SAMPLES == 1) return vec4(a[sample_at.x + column], 0.0, 0.0, 0.0);
  return vec4(a[sample_at.x + column], a[sample_at.y + column], a[sample_at.z + column], a[sample_at.w + column]);
}

void main() {
  uint row_groups = divide_up(push.rows, teams_of_group());
  uint first_sample = group_index() / row_groups * SAMPLES;
  if (first_sample >= push.samples) return;  // the whole workgroup
  uint row = group_index() % row_groups * teams_of_group() + team_in_group();
  uint read_row = min(row, push.rows - 1);
  uvec4 sample_at = min(first_sample + uvec4(0, 1, 2, 3), uvec4(push.samples - 1)) * push.columns;

  vec4 sums = vec4(0.0);
  if (FORM == SPARSE || FORM == LONG_SPARSE) {
    uint end = c[push.row_begin + read_row + 1];
    for (uint i = c[push.row_begin + read_row] + team_member(); i < end; i += TEAM) {
      sums += sparse_value(push.words, push.codes, push.codebook, i) * inputs_at(sample_at, sparse_column(push.words, i));
    }
  } else {
    for (uint i = team_member(); i < push.columns; i += TEAM)
      sums += dense_value(push.words, push.codebook, read_row * push.columns + i) * inputs_at(sample_at, i);
  }
  sums = team_sum(sums);

  if (row >= push.rows) return;
  for (uint i = team_member(); i < min(SAMPLES, push.samples - first_sample); i += TEAM)
    y[(first_sample + i) * push.rows + row] = activate(sums[i] + constant_at(push.bias + row));
}
