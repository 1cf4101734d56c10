// NCHW to a larger or smaller picture.
#include <cmath>

#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const fb::Resize2d& a = *from.attributes_as_Resize2d();
  if (a.interpolation() > fb::Interpolation_Bilinear)
    return Status::error(DCM_GRAPH_OPERATOR, "has interpolation %u: it needs a newer runtime",
                         unsigned{a.interpolation()});
  Resize2dAttributes& resize = op->attributes.resize2d;
  resize.out_h = a.out_h();
  resize.out_w = a.out_w();
  resize.interpolation = static_cast<Interpolation>(a.interpolation());
  resize.align_corners = a.align_corners();
  resize.scale_h = a.scale_h();
  resize.scale_w = a.scale_w();
  if (resize.out_h == 0 || resize.out_w == 0)
    return Status::error(DCM_GRAPH_ATTRIBUTE, "its output is %u by %u, expected at least 1 by 1", resize.out_h,
                         resize.out_w);
  for (const float scale : {resize.scale_h, resize.scale_w})
    if (!(scale >= 0.0f) || std::isinf(scale))
      return Status::error(DCM_GRAPH_ATTRIBUTE, "a scale is %g, expected a finite number of at least 0",
                           static_cast<double>(scale));
  return {};
}

Status infer(const Site& site, Op* op, Shape* output) {
  const Shape& input = site.input();
  DCM_TRY(verify_nchw(input));
  *output = {4, {input.dims[0], input.dims[1], op->attributes.resize2d.out_h, op->attributes.resize2d.out_w}};
  return {};
}

}  // namespace

const OpRule kResize2dRule = {"Resize2d", {1, 1}, 1, {}, Makes::kNew, parse, infer, nullptr};

}  // namespace dcm
