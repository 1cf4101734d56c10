// Positions are binary32, so that all take the same elements.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"

layout(constant_id = 1) const uint FUNCTION = 0;  // 0 nearest, 1 bilinear, 2 bilinear with aligned corners
layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(push_constant) uniform Push { RESIZE_PUSH } push;

struct Source {
  uint first, second;
  float part;
};

Source source_of(uint o, float step, uint size) {
  precise float position = float(o) * step;
  if (FUNCTION == 1) {
    precise float centre = (float(o) + 0.5) * step;
    position = max(centre - 0.5, 0.0);
  }
  uint first = position < float(size) ? min(uint(position), size - 1) : size - 1;
  if (FUNCTION == 0 || first + 1 >= size) return Source(first, first, 0.0);
  return Source(first, first + 1, position - float(first));
}

void main() {
  uint i = invocation_index();
  if (i >= push.planes * push.out_height * push.out_width) return;
  Source row = source_of(i / push.out_width % push.out_height, push.step_y, push.height);
  Source column = source_of(i % push.out_width, push.step_x, push.width);
  uint plane_at = i / push.out_width / push.out_height * push.height * push.width;
  uint above = plane_at + row.first * push.width, below = plane_at + row.second * push.width;
  float top = (1.0 - column.part) * a[above + column.first] + column.part * a[above + column.second];
  float bottom = (1.0 - column.part) * a[below + column.first] + column.part * a[below + column.second];
  y[i] = FUNCTION == 0 ? a[above + column.first] : (1.0 - row.part) * top + row.part * bottom;
}
