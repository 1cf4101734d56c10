// Functions of an element that depend on its channel.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"
#include "functions.glsl"

layout(constant_id = 1) const uint FUNCTION = 0;  // 0 ChannelAffine, 1 Prelu
layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(set = 0, binding = 3) readonly buffer C { float c[]; };
layout(push_constant) uniform Push { CHANNEL_PUSH } push;

const uint EACH = 4;  // elements of an invocation, a workgroup apart

void main() {
  uint i = group_index() * gl_WorkGroupSize.x * EACH + gl_LocalInvocationID.x;
  for (uint n = 0; n < EACH && i < push.count; ++n, i += gl_WorkGroupSize.x) {
    uint channel = i / push.inner % push.weight_count;
    float x = a[i], weight = c[push.weight + channel];
    y[i] = FUNCTION == 1 ? (x < 0.0 ? weight * x : x) : activate(weight * x + c[push.bias + channel]);
  }
}
