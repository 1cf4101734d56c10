// The largest element of each window over NCHW.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status verify_axis(const WindowAxis& window, const char* axis) {
  DCM_TRY(verify_window(window, axis));
  if (window.pad_before > window.kernel / 2 || window.pad_after > window.kernel / 2)
    return Status::error(DCM_GRAPH_ATTRIBUTE,
                         "paddings of its %s are %u and %u, expected at most half its kernel of %u", axis,
                         window.pad_before, window.pad_after, window.kernel);
  return {};
}

// Whether each window holds an element of an axis of size elements. A window that starts inside the input does, and
// window_count() lets none start behind it. One that starts before it (padding is at most half the kernel) has a tap in
// [0, dilation), which misses an axis shorter than the dilation at most.
bool windows_hold_elements(const WindowAxis& window, uint32_t size) {
  if (size >= window.dilation) return true;
  for (uint32_t start = 0; start < window.pad_before; start += window.stride)
    if ((window.dilation - (window.pad_before - start) % window.dilation) % window.dilation >= size) return false;
  return true;
}

Status parse(const fb::Op& from, Op* op) {
  const fb::MaxPool2d& a = *from.attributes_as_MaxPool2d();
  op->max_pool2d.y = {a.kernel_h(), a.stride_h(), a.dilation_h(), a.pad_top(), a.pad_bottom(), a.ceil_mode()};
  op->max_pool2d.x = {a.kernel_w(), a.stride_w(), a.dilation_w(), a.pad_left(), a.pad_right(), a.ceil_mode()};
  DCM_TRY(verify_axis(op->max_pool2d.y, "height"));
  return verify_axis(op->max_pool2d.x, "width");
}

Status infer(const OpShapes& shapes, Op* op, Shape* output) {
  const Shape& input = *shapes.inputs[0];
  if (input.rank != 4)
    return Status::error(DCM_GRAPH_SHAPE, "its input has shape %s, expected 4 dimensions (NCHW)",
                         ShapeText(input).text);
  const Result<uint32_t> height = window_count(op->max_pool2d.y, input.dims[2], "height");
  if (!height.ok()) return height.status();
  const Result<uint32_t> width = window_count(op->max_pool2d.x, input.dims[3], "width");
  if (!width.ok()) return width.status();
  if (!windows_hold_elements(op->max_pool2d.y, input.dims[2]) ||
      !windows_hold_elements(op->max_pool2d.x, input.dims[3]))
    return Status::error(DCM_GRAPH_SHAPE, "one of its windows holds no element of its input of shape %s",
                         ShapeText(input).text);
  *output = {4, {input.dims[0], input.dims[1], height.value(), width.value()}};
  return {};
}

}  // namespace

const OpRule kMaxPool2dRule = {"MaxPool2d", 1, false, false, parse, infer, nullptr};

}  // namespace dcm
