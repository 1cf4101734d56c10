// x times weight plus bias, by channel.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const fb::ChannelAffine& attributes = *from.attributes_as_ChannelAffine();
  op->weights[kWeight] = attributes.weight();
  op->weights[kBias] = attributes.bias();
  return parse_activation(attributes.activation(), op);
}

Status infer(const Site& site, Op*, Shape* output) {
  DCM_TRY(verify_least_rank(site.input(), 2));
  DCM_TRY(verify_vector(site, kWeight, site.input().dims[1]));
  DCM_TRY(verify_vector(site, kBias, site.input().dims[1]));
  *output = site.input();
  return {};
}

}  // namespace

const OpRule kChannelAffineRule = {"ChannelAffine", {1, 1}, 1,     {WeightUse::kDense, WeightUse::kDense},
                                   Makes::kNew,     parse,  infer, nullptr};

}  // namespace dcm
