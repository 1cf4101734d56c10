// Functions of one element.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"
#include "functions.glsl"

layout(constant_id = 1) const uint FUNCTION = 0;
layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(push_constant) uniform Push { UNARY_PUSH } push;

// Numbers as UnaryFunction has them.
float apply(float x) {
  switch (FUNCTION) {
    case 0: return relu(x);
    case 1: return x < push.p0 ? push.p0 : x > push.p1 ? push.p1 : x;
    case 2: return x < 0.0 ? push.p0 * x : x;
    case 3: return hard_swish(x);
    case 4: return hard_sigmoid(x);
    case 5: return sigmoid(x);
    case 6: return hyperbolic_tangent(x);
    case 7: return silu(x);
    case 8: return gelu(x);
    case 9: return gelu_by_tanh(x);
    case 10: return exp(x);
    case 11: return log(x);
    case 12: return sqrt(x);
    case 13: return abs(x);
    case 14: return push.p0 * x + push.p1;
    case 15: return power(x, push.p0);
    case 16: return x * x;
    case 17: return 1.0 / x;
    case 18: return 1.0 / sqrt(x);
    default: return x;
  }
}

const uint EACH = 4;  // elements of an invocation, a workgroup apart

void main() {
  uint i = group_index() * gl_WorkGroupSize.x * EACH + gl_LocalInvocationID.x;
  for (uint n = 0; n < EACH && i < push.count; ++n, i += gl_WorkGroupSize.x) y[i] = apply(a[i]);
}
