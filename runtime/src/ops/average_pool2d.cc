// The mean of each window over NCHW.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const fb::AveragePool2d& a = *from.attributes_as_AveragePool2d();
  AveragePool2dAttributes& pool = op->attributes.average_pool2d;
  pool.y = {a.kernel_h(), a.stride_h(), 1, a.pad_top(), a.pad_bottom(), a.ceil_mode()};
  pool.x = {a.kernel_w(), a.stride_w(), 1, a.pad_left(), a.pad_right(), a.ceil_mode()};
  pool.count_include_pad = a.count_include_pad();
  pool.divisor = a.divisor();
  DCM_TRY(verify_pool_window(pool.y, "height"));
  return verify_pool_window(pool.x, "width");
}

// Every window holds an element of the input: the padding before it is shorter than the window, and window_count() lets
// none start behind it.
Status infer(const Site& site, Op* op, Shape* output) {
  const Shape& input = site.input();
  DCM_TRY(verify_nchw(input));
  const Result<uint32_t> height = window_count(op->attributes.average_pool2d.y, input.dims[2], "height");
  if (!height.ok()) return height.status();
  const Result<uint32_t> width = window_count(op->attributes.average_pool2d.x, input.dims[3], "width");
  if (!width.ok()) return width.status();
  *output = {4, {input.dims[0], input.dims[1], height.value(), width.value()}};
  return {};
}

}  // namespace

const OpRule kAveragePool2dRule = {"AveragePool2d", {1, 1}, 1, {}, Makes::kNew, parse, infer, nullptr};

}  // namespace dcm
