// The mean, and the largest element, of each of out_h x out_w nearly equal windows over NCHW.
#include "ops/op_rule.h"

namespace dcm {
namespace {

template <typename Table>
Status parse(const Table& from, Op* op) {
  const AdaptivePool2dAttributes& pool = op->attributes.adaptive_pool2d = {from.out_h(), from.out_w()};
  if (pool.out_h == 0 || pool.out_w == 0)
    return Status::error(DCM_GRAPH_ATTRIBUTE, "its output is %u by %u, expected at least 1 by 1", pool.out_h,
                         pool.out_w);
  return {};
}

Status parse_average(const fb::Op& from, Op* op) {
  return parse(*from.attributes_as_AdaptiveAveragePool2d(), op);
}

Status parse_max(const fb::Op& from, Op* op) {
  return parse(*from.attributes_as_AdaptiveMaxPool2d(), op);
}

Status infer(const Site& site, Op* op, Shape* output) {
  const Shape& input = site.input();
  DCM_TRY(verify_nchw(input));
  *output = {
      4, {input.dims[0], input.dims[1], op->attributes.adaptive_pool2d.out_h, op->attributes.adaptive_pool2d.out_w}};
  return {};
}

}  // namespace

const OpRule kAdaptiveAveragePool2dRule = {"AdaptiveAveragePool2d", {1, 1}, 1,      {}, Makes::kNew,
                                           parse_average,           infer,  nullptr};
const OpRule kAdaptiveMaxPool2dRule = {"AdaptiveMaxPool2d", {1, 1}, 1, {}, Makes::kNew, parse_max, infer, nullptr};

}  // namespace dcm
