// (x - mean) / sqrt(variance + epsilon) over groups of channels with all that follows them, times weight plus bias.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const fb::GroupNorm& attributes = *from.attributes_as_GroupNorm();
  op->weights[kWeight] = attributes.weight();
  op->weights[kBias] = attributes.bias();
  op->attributes.group_norm = {attributes.epsilon(), attributes.groups()};
  return verify_epsilon(attributes.epsilon());
}

Status infer(const Site& site, Op* op, Shape* output) {
  DCM_TRY(verify_least_rank(site.input(), 2));
  const uint32_t channels = site.input().dims[1], groups = op->attributes.group_norm.groups;
  if (groups < 1 || channels % groups != 0)
    return Status::error(DCM_GRAPH_ATTRIBUTE, "it has %u groups, which do not divide the %u channels of %s", groups,
                         channels, ShapeText(site.input()).text);
  DCM_TRY(verify_vector(site, kWeight, channels));
  DCM_TRY(verify_vector(site, kBias, channels));
  *output = site.input();
  return {};
}

}  // namespace

const OpRule kGroupNormRule = {"GroupNorm", {1, 1}, 1,     {WeightUse::kDenseOrNone, WeightUse::kDenseOrNone},
                               Makes::kNew, parse,  infer, nullptr};

}  // namespace dcm
