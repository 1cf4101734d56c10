// Values one after another along an axis.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  op->attributes.concat.axis = from.attributes_as_Concat()->axis();
  return {};
}

// Equal but for the sizes along the axis.
bool fits(const Shape& a, const Shape& b, uint32_t axis) {
  if (a.rank != b.rank || a.batched != b.batched) return false;
  for (uint32_t i = 0; i < a.rank; ++i)
    if (i != axis && a.dims[i] != b.dims[i]) return false;
  return true;
}

Status infer(const Site& site, Op* op, Shape* output) {
  const uint32_t axis = op->attributes.concat.axis;
  const Shape& first = site.input(0);
  DCM_TRY(verify_axis(axis, first));
  uint64_t size = 0;  // fits: fewer than 2^32 terms of less than 2^31
  for (uint32_t k = 0; k < site.inputs(); ++k) {
    if (!fits(first, site.input(k), axis))
      return Status::error(DCM_GRAPH_SHAPE,
                           "its inputs 0 and %u have shapes %s and %s, expected equal ones but for axis %u", k,
                           ShapeText(first).text, ShapeText(site.input(k)).text, axis);
    size += site.input(k).dims[axis];
  }
  if (size > INT32_MAX)
    return Status::error(DCM_GRAPH_SHAPE, "its inputs have 2^31 elements or more along axis %u", axis);
  *output = first;
  output->dims[axis] = static_cast<uint32_t>(size);
  return {};
}

}  // namespace

const OpRule kConcatRule = {"Concat", {1, kAnyNumber}, 1, {}, Makes::kNew, parse, infer, nullptr};

}  // namespace dcm
