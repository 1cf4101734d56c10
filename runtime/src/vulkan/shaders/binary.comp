// Functions of two elements, broadcast against each other.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"
#include "functions.glsl"
#include "steps.glsl"

layout(constant_id = 1) const uint FUNCTION = 0;
layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(set = 0, binding = 2) readonly buffer B { float b[]; };
layout(push_constant) uniform Push { BINARY_PUSH } push;

float apply(float p, float q) {
  switch (FUNCTION) {
    case 0: return p + q;
    case 1: return p - q;
    case 2: return p * q;
    case 3: return p / q;
    case 4: return p < q || isnan(p) ? p : q;
    case 5: return p > q || isnan(p) ? p : q;
    default: return power(p, q);
  }
}

const uint EACH = 4;  // elements of an invocation, a workgroup apart

void main() {
  uint i = group_index() * gl_WorkGroupSize.x * EACH + gl_LocalInvocationID.x;
  for (uint n = 0; n < EACH && i < push.count; ++n, i += gl_WorkGroupSize.x) {
    uint a_at = 0, b_at = 0;
    FOR_EACH_AXIS(i, push.rank, push.sizes, axis, index, {
      a_at += index * push.a_steps[axis];
      b_at += index * push.b_steps[axis];
    })
    y[i] = activate(apply(a[a_at], b[b_at]));
  }
}
