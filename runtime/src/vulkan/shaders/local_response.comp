#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"
#include "functions.glsl"

layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(push_constant) uniform Push { LOCAL_RESPONSE_PUSH } push;

void main() {
  uint i = invocation_index();
  if (i >= push.count) return;
  uint channel = i / push.inner % push.channels;
  uint first = channel - min(push.before, channel), last = channel + min(push.after, push.channels - 1 - channel);
  float sum = 0.0;
  for (uint at = i - (channel - first) * push.inner; first <= last; ++first, at += push.inner) sum += a[at] * a[at];
  float base = push.k + push.scale * sum;
  float root = sqrt(base);
  y[i] = a[i] / (push.beta == 0.75 ? root * sqrt(root) : power(base, push.beta));
}
