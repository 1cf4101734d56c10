// Elements before and after those of each axis.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const fb::Pad& attributes = *from.attributes_as_Pad();
  PadAttributes& pad = op->attributes.pad = {};
  const uint32_t before = vector_size(attributes.before()), after = vector_size(attributes.after());
  if (before != after || before > kMaxRank)
    return Status::error(DCM_GRAPH_ATTRIBUTE, "pads %u axes before and %u after, expected as many, at most %u", before,
                         after, kMaxRank);
  pad.count = before;
  for (uint32_t i = 0; i < before; ++i) {
    pad.before[i] = attributes.before()->Get(i);
    pad.after[i] = attributes.after()->Get(i);
  }
  if (attributes.mode() > fb::Padding_Replicate)
    return Status::error(DCM_GRAPH_OPERATOR, "has padding %u: it needs a newer runtime", unsigned{attributes.mode()});
  pad.mode = static_cast<Padding>(attributes.mode());
  pad.value = attributes.value();
  return {};
}

Status infer(const Site& site, Op* op, Shape* output) {
  const Shape& input = site.input();
  const PadAttributes& pad = op->attributes.pad;
  if (pad.count != input.rank)
    return Status::error(DCM_GRAPH_ATTRIBUTE, "pads %u axes, but its input has shape %s", pad.count,
                         ShapeText(input).text);
  if (input.batched && (pad.before[0] != 0 || pad.after[0] != 0))
    return Status::error(DCM_GRAPH_ATTRIBUTE, "pads the batch by %u and %u", pad.before[0], pad.after[0]);
  output->rank = input.rank;
  for (uint32_t i = 0; i < input.rank; ++i) {
    const uint64_t size = uint64_t{input.dims[i]} + pad.before[i] + pad.after[i];
    if (size > INT32_MAX)
      return Status::error(DCM_GRAPH_SHAPE, "pads axis %u of an input of shape %s to 2^31 elements or more", i,
                           ShapeText(input).text);
    if (pad.mode == Padding::kReflect && (pad.before[i] >= input.dims[i] || pad.after[i] >= input.dims[i]))
      return Status::error(DCM_GRAPH_ATTRIBUTE, "reflects %u and %u elements of axis %u of an input of shape %s",
                           pad.before[i], pad.after[i], i, ShapeText(input).text);
    output->dims[i] = static_cast<uint32_t>(size);
  }
  return {};
}

}  // namespace

const OpRule kPadRule = {"Pad", {1, 1}, 1, {}, Makes::kNew, parse, infer, nullptr};

}  // namespace dcm
