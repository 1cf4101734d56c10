// A team reduces the elements of one output.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"
#include "steps.glsl"
#include "team.glsl"

layout(constant_id = 1) const uint FUNCTION = 0;  // dcm::Reduction: 0 mean, 1 sum, 2 max, 3 min
layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(push_constant) uniform Push { REDUCE_PUSH } push;

void main() {
  uint result = group_index() * teams_of_group() + team_in_group();
  uint start = 0;
  FOR_EACH_AXIS(min(result, push.outputs - 1), push.kept, push.sizes, axis, index, { start += index * push.steps[axis]; })

  float all = FUNCTION == 2 ? uintBitsToFloat(0xFF800000u) : FUNCTION == 3 ? uintBitsToFloat(0x7F800000u) : 0.0;
  for (uint i = team_member(); i < push.elements; i += TEAM) {
    uint at = start, rest = i;
    for (uint axis = push.rank; axis-- > push.kept;) {
      at += rest % push.sizes[axis] * push.steps[axis];
      rest /= push.sizes[axis];
    }
    float each = a[at];
    all = FUNCTION < 2 ? all + each : FUNCTION == 2 ? max(all, each) : min(all, each);
  }
  if (FUNCTION < 2)
    all = team_sum(vec4(all)).x;
  else if (FUNCTION == 2)
    all = team_max(vec4(all)).x;
  else
    all = team_min(vec4(all)).x;
  if (FUNCTION == 0) all /= float(push.elements);
  if (result < push.outputs && team_member() == 0) y[result] = all;
}
