// Elements start, start + step, ... before end of an axis.
#include "core/checked.h"
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const fb::Slice& attributes = *from.attributes_as_Slice();
  op->attributes.slice = {attributes.axis(), attributes.start(), attributes.end(), attributes.step()};
  if (attributes.step() == 0) return Status::error(DCM_GRAPH_ATTRIBUTE, "its step is 0, expected at least 1");
  return {};
}

Status infer(const Site& site, Op* op, Shape* output) {
  const Shape& input = site.input();
  const SliceAttributes& slice = op->attributes.slice;
  DCM_TRY(verify_axis(slice.axis, input));
  if (slice.start >= slice.end || slice.end > input.dims[slice.axis])
    return Status::error(DCM_GRAPH_ATTRIBUTE, "takes elements %u to %u of axis %u of an input of shape %s", slice.start,
                         slice.end, slice.axis, ShapeText(input).text);
  *output = input;
  output->dims[slice.axis] = static_cast<uint32_t>(ceil_div(slice.end - slice.start, slice.step));
  return {};
}

}  // namespace

const OpRule kSliceRule = {"Slice", {1, 1}, 1, {}, Makes::kNew, parse, infer, nullptr};

}  // namespace dcm
