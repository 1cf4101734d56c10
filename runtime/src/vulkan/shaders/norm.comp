// LayerNorm and GroupNorm: a team takes a part. The variance is taken about the mean in a pass of its own: a difference of large sums would have
// no digit of it left.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"
#include "weight.glsl"
#include "team.glsl"

layout(constant_id = 4) const uint HAS_WEIGHT = 0;
layout(constant_id = 5) const uint HAS_BIAS = 0;
layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(push_constant) uniform Push { NORM_PUSH } push;

void main() {
  uint part = group_index() * teams_of_group() + team_in_group();
  uint start = min(part, push.parts - 1) * push.size;
  // All about the first element: a mean far from zero has no digits left for what is near it.
  float origin = a[start], sum = 0.0;
  for (uint i = team_member(); i < push.size; i += TEAM) sum += a[start + i] - origin;
  float mean = team_sum(vec4(sum)).x / float(push.size);
  vec4 moments = vec4(0.0);
  for (uint i = team_member(); i < push.size; i += TEAM) {
    float distance_to_mean = a[start + i] - origin - mean;
    moments += vec4(distance_to_mean * distance_to_mean, distance_to_mean, 0.0, 0.0);
  }
  moments = team_sum(moments) / float(push.size);
  float variance = max(moments.x - moments.y * moments.y, 0.0);
  mean += moments.y;  // what rounding left of it
  float scale = 1.0 / sqrt(variance + push.epsilon);
  if (part >= push.parts) return;
  for (uint i = team_member(); i < push.size; i += TEAM) {
    uint at = start + i, weight_at = at / push.weight_divisor % push.weight_count;
    float result = (a[at] - origin - mean) * scale;
    if (HAS_WEIGHT != 0) result *= constant_at(push.weight + weight_at);
    if (HAS_BIAS != 0) result += constant_at(push.bias + weight_at);
    y[at] = result;
  }
}
