// Elements at steps to elements at steps: slices, permutations, repetitions, and parts of what is put together.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"
#include "steps.glsl"

layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(push_constant) uniform Push { COPY_PUSH } push;

const uint EACH = 4;  // elements of an invocation, a workgroup apart

void main() {
  uint i = group_index() * gl_WorkGroupSize.x * EACH + gl_LocalInvocationID.x;
  for (uint n = 0; n < EACH && i < push.count; ++n, i += gl_WorkGroupSize.x) {
    uint a_at = push.a_start, y_at = push.y_start;
    FOR_EACH_AXIS(i, push.rank, push.sizes, axis, index, {
      a_at += index * push.a_steps[axis];
      y_at += index * push.y_steps[axis];
    })
    y[y_at] = a[a_at];
  }
}
