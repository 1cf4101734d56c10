#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"
#include "steps.glsl"

layout(constant_id = 1) const uint FUNCTION = 0;  // dcm::Padding: 0 constant, 1 reflect, 2 replicate
layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(push_constant) uniform Push { PAD_PUSH } push;

void main() {
  uint i = invocation_index();
  if (i >= push.count) return;
  uint at = 0, step = 1;
  bool inside = true;
  FOR_EACH_AXIS(i, push.rank, push.sizes, axis, index, {
    int size = int(push.a_sizes[axis]);
    int from = int(index) - int(push.before[axis]);
    if (FUNCTION == 0) inside = inside && from >= 0 && from < size;
    if (FUNCTION == 1) {
      from = abs(from);
      from = from >= size ? 2 * (size - 1) - from : from;
    }
    at += uint(clamp(from, 0, size - 1)) * step;
    step *= push.a_sizes[axis];
  })
  float value = a[at];
  y[i] = inside ? value : push.value;
}
