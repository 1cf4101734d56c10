// x where x >= 0, else slope x, with a slope a channel or one for all.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  op->weights[kWeight] = from.attributes_as_Prelu()->weight();
  return {};
}

Status infer(const Site& site, Op*, Shape* output) {
  *output = site.input();
  const Weight& weight = site.weight();
  if (weight.rank == 1 && weight.dims[0] == 1) return {};
  if (site.input().rank < 2)
    return Status::error(DCM_GRAPH_SHAPE, "its weight has shape %s, expected [1] for an input of shape %s",
                         ShapeText(weight.dims, weight.rank).text, ShapeText(site.input()).text);
  return verify_vector(site, kWeight, site.input().dims[1]);
}

}  // namespace

const OpRule kPreluRule = {"Prelu", {1, 1}, 1, {WeightUse::kDense}, Makes::kNew, parse, infer, nullptr};

}  // namespace dcm
