// Convolution by a dense weight of groups of few channels (depthwise above all), and transposed convolution: an invocation makes an output element
// from the weights that meet it, one after another.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "push_constants.h"
#include "workgroup.glsl"
#include "functions.glsl"
#include "weight.glsl"

layout(constant_id = 3) const uint KERNEL = 0;  // height and width of the kernel, so that loops are of constant length; 0: any
layout(constant_id = 4) const uint TRANSPOSED = 0;
layout(set = 0, binding = 0) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(push_constant) uniform Push { CONVOLUTION_PUSH } push;

// Where the input element under a tap is along an axis: the element of the full result that the tap has to do with, from the window's first; true
// if there is one.
bool tap_inside(uint first, uint tap, uint dilation, uint stride, uint size, out uint element) {
  if (TRANSPOSED == 0) {
    element = first + tap * dilation;
    return element < size;
  }
  uint full_element = first - tap * dilation;
  element = full_element / stride;
  return element * stride == full_element && element < size;
}

void main() {
  uint i = invocation_index(), out_plane = push.out_height * push.out_width;
  if (i >= push.samples * push.outputs * out_plane) return;
  uint out_x = i % push.out_width, out_y = i / push.out_width % push.out_height;
  uint result = i / out_plane % push.outputs, sample_index = i / out_plane / push.outputs;
  uint group = result / push.group_outputs;
  uint kernel_h = KERNEL != 0 ? KERNEL : push.kernel_h, kernel_w = KERNEL != 0 ? KERNEL : push.kernel_w;

  uint first_y = TRANSPOSED != 0 ? out_y + push.pad_top : out_y * push.stride_y - push.pad_top;
  uint first_x = TRANSPOSED != 0 ? out_x + push.pad_left : out_x * push.stride_x - push.pad_left;
  uint plane_at = (sample_index * push.channels + group * push.group_channels) * push.height * push.width;
  float sum = 0.0;
  for (uint channel = 0; channel < push.group_channels; ++channel, plane_at += push.height * push.width) {
    // [O, C / groups, kh, kw], or transposed [C, O / groups, kh, kw]
    uint filter_at = TRANSPOSED != 0 ? (group * push.group_channels + channel) * push.group_outputs + result % push.group_outputs
                                     : result * push.group_channels + channel;
    filter_at *= kernel_h * kernel_w;
    for (uint tap_y = 0; tap_y < kernel_h; ++tap_y) {
      uint in_y;
      if (!tap_inside(first_y, tap_y, push.dilation_y, push.stride_y, push.height, in_y)) continue;
      for (uint tap_x = 0; tap_x < kernel_w; ++tap_x) {
        uint in_x;
        if (!tap_inside(first_x, tap_x, push.dilation_x, push.stride_x, push.width, in_x)) continue;
        sum += dense_value(push.words, push.codebook, filter_at + tap_y * kernel_w + tap_x) * a[plane_at + in_y * push.width + in_x];
      }
    }
  }
  y[i] = activate(sum + constant_at(push.bias + result));
}
