// y = x W^T + b over the last axis.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const fb::Linear& attributes = *from.attributes_as_Linear();
  op->weights[kWeight] = attributes.weight();
  op->weights[kBias] = attributes.bias();
  return parse_activation(attributes.activation(), op);
}

Status infer(const Site& site, Op*, Shape* output) {
  const Shape& input = site.input();
  const Weight& weight = site.weight();
  if (input.rank < 2)
    return Status::error(DCM_GRAPH_SHAPE, "its input has shape %s, expected 2 dimensions or more",
                         ShapeText(input).text);
  if (weight.rank != 2 || weight.dims[1] != input.dims[input.rank - 1])
    return Status::error(DCM_GRAPH_SHAPE, "its weight has shape %s, expected [outputs, %u] for an input of shape %s",
                         ShapeText(weight.dims, weight.rank).text, input.dims[input.rank - 1], ShapeText(input).text);
  DCM_TRY(verify_vector(site, kBias, weight.dims[0]));
  *output = input;
  output->dims[output->rank - 1] = weight.dims[0];
  return {};
}

uint64_t macs(const Site& site) {
  return site.weight().nonzeros * site.input().product(0, site.input().rank - 1);
}

}  // namespace

const OpRule kLinearRule = {"Linear",    {1, 1}, 1,     {WeightUse::kAnyForm, WeightUse::kDenseOrNone},
                            Makes::kNew, parse,  infer, macs};

}  // namespace dcm
