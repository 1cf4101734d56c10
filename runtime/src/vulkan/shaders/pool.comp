// Windows over planes, each reduced to one element by an invocation.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"

layout(constant_id = 1) const uint FUNCTION = 0;  // 0 maximum, 1 mean
layout(constant_id = 3) const uint ADAPTIVE = 0;
layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(push_constant) uniform Push { POOL_PUSH } push;

// Of a window along an axis: elements first, first + step, ... below end, all inside; `covered` positions count for a mean with the padding.
struct Span {
  uint first, end, step, covered;
};

Span adaptive_span(uint o, uint size, uint outputs) {
  // (o + 1) * size may leave 32 bits
  uint whole = size / outputs, part = size % outputs;
  uint first = o * whole + o * part / outputs, end = (o + 1) * whole + divide_up((o + 1) * part, outputs);
  return Span(first, end, 1, end - first);
}

Span sliding_span(uint o, uint size, uint kernel, uint stride, uint dilation, uint pad_before, uint pad_after) {
  uint start = o * stride;  // in the padded input
  uint skipped = start < pad_before ? divide_up(pad_before - start, dilation) : 0;
  uint first = start + skipped * dilation - pad_before;
  uint end = min(start + (kernel - 1) * dilation + 1, pad_before + size) - pad_before;
  return Span(first, end, dilation, min(start + kernel, pad_before + size + pad_after) - start);
}

void main() {
  uint i = invocation_index();
  if (i >= push.planes * push.out_height * push.out_width) return;
  uint out_x = i % push.out_width, out_y = i / push.out_width % push.out_height;
  uint plane_at = i / push.out_width / push.out_height * push.height * push.width;
  Span rows, columns;
  if (ADAPTIVE != 0) {
    rows = adaptive_span(out_y, push.height, push.out_height);
    columns = adaptive_span(out_x, push.width, push.out_width);
  } else {
    rows = sliding_span(out_y, push.height, push.kernel_h, push.stride_y, push.dilation_y, push.pad_top, push.pad_bottom);
    columns = sliding_span(out_x, push.width, push.kernel_w, push.stride_x, push.dilation_x, push.pad_left, push.pad_right);
  }
  float result = FUNCTION == 0 ? uintBitsToFloat(0xFF800000u) : 0.0;
  for (uint row = rows.first; row < rows.end; row += rows.step) {
    for (uint column = columns.first; column < columns.end; column += columns.step) {
      float each = a[plane_at + row * push.width + column];
      if (FUNCTION == 0)
        result = each > result || isnan(each) ? each : result;
      else
        result += each;
    }
  }
  if (FUNCTION != 0) {
    uint elements = push.count_padded != 0 ? rows.covered * columns.covered : (rows.end - rows.first) * (columns.end - columns.first);
    result /= float(push.divisor != 0 ? push.divisor : elements);
  }
  y[i] = result;
}
