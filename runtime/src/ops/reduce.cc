// One number in the place of all elements along some axes.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const fb::Reduce& attributes = *from.attributes_as_Reduce();
  ReduceAttributes& reduce = op->attributes.reduce = {};
  if (attributes.reduction() > fb::Reduction_Min)
    return Status::error(DCM_GRAPH_OPERATOR, "has reduction %u: it needs a newer runtime",
                         unsigned{attributes.reduction()});
  reduce.reduction = static_cast<Reduction>(attributes.reduction());
  reduce.keep_axes = attributes.keep_axes();
  for (uint32_t i = 0; i < vector_size(attributes.axes()); ++i) {
    const uint32_t axis = attributes.axes()->Get(i);
    if (axis >= kMaxRank || (i > 0 && axis <= attributes.axes()->Get(i - 1)))
      return Status::error(DCM_GRAPH_ATTRIBUTE, "axis %u is number %u of its axes, expected ascending ones below %u",
                           axis, i, kMaxRank);
    reduce.reduces[axis] = true;
  }
  return {};
}

Status infer(const Site& site, Op* op, Shape* output) {
  const ReduceAttributes& reduce = op->attributes.reduce;
  const Shape& input = site.input();
  for (uint32_t axis = 0; axis < kMaxRank; ++axis)
    if (reduce.reduces[axis]) DCM_TRY(verify_axis(axis, input));
  for (uint32_t axis = 0; axis < input.rank; ++axis) {
    if (!reduce.reduces[axis])
      output->dims[output->rank++] = input.dims[axis];
    else if (reduce.keep_axes)
      output->dims[output->rank++] = 1;
  }
  return {};
}

}  // namespace

const OpRule kReduceRule = {"Reduce", {1, 1}, 1, {}, Makes::kNew, parse, infer, nullptr};

}  // namespace dcm
