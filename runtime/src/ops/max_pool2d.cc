// The largest element of each window over NCHW.
#include "ops/op_rule.h"

namespace dcm {
namespace {

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
  op->attributes.max_pool2d.y = {a.kernel_h(), a.stride_h(),   a.dilation_h(),
                                 a.pad_top(),  a.pad_bottom(), a.ceil_mode()};
  op->attributes.max_pool2d.x = {a.kernel_w(), a.stride_w(),  a.dilation_w(),
                                 a.pad_left(), a.pad_right(), a.ceil_mode()};
  DCM_TRY(verify_pool_window(op->attributes.max_pool2d.y, "height"));
  return verify_pool_window(op->attributes.max_pool2d.x, "width");
}

Status infer(const Site& site, Op* op, Shape* output) {
  const Shape& input = site.input();
  DCM_TRY(verify_nchw(input));
  const Result<uint32_t> height = window_count(op->attributes.max_pool2d.y, input.dims[2], "height");
  if (!height.ok()) return height.status();
  const Result<uint32_t> width = window_count(op->attributes.max_pool2d.x, input.dims[3], "width");
  if (!width.ok()) return width.status();
  if (!windows_hold_elements(op->attributes.max_pool2d.y, input.dims[2]) ||
      !windows_hold_elements(op->attributes.max_pool2d.x, input.dims[3]))
    return Status::error(DCM_GRAPH_SHAPE, "one of its windows holds no element of its input of shape %s",
                         ShapeText(input).text);
  *output = {4, {input.dims[0], input.dims[1], height.value(), width.value()}};
  return {};
}

}  // namespace

const OpRule kMaxPool2dRule = {"MaxPool2d", {1, 1}, 1, {}, Makes::kNew, parse, infer, nullptr};

}  // namespace dcm
