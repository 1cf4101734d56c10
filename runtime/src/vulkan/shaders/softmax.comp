// A team takes a line along the axis.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"
#include "team.glsl"

layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(push_constant) uniform Push { SOFTMAX_PUSH } push;

const float LOWEST = -3.402823466e38;

void main() {
  uint line = group_index() * teams_of_group() + team_in_group(), lines = push.outer * push.inner;
  uint read_line = min(line, lines - 1), outer = read_line / push.inner;
  uint start = outer * push.size * push.inner + read_line % push.inner;
  uint seen = push.limit_rows == 0 ? push.size : min(push.size, outer % push.limit_rows + 1);

  float largest = LOWEST;
  for (uint i = team_member(); i < seen; i += TEAM) largest = max(largest, a[start + i * push.inner]);
  largest = team_max(vec4(largest)).x;
  float sum = 0.0;
  for (uint i = team_member(); i < seen; i += TEAM) sum += exp(a[start + i * push.inner] - largest);
  sum = team_sum(vec4(sum)).x;
  // With every element minus infinity each exponential above is 0, and so is what comes out.
  float scale = sum > 0.0 ? 1.0 / sum : 0.0;
  if (line >= lines) return;
  for (uint i = team_member(); i < push.size; i += TEAM) {
    uint at = start + i * push.inner;
    y[at] = i < seen ? scale * exp(a[at] - largest) : 0.0;
  }
}
