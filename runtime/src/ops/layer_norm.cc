// (x - mean) / sqrt(variance + epsilon) over the last axes, times weight plus bias.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const fb::LayerNorm& attributes = *from.attributes_as_LayerNorm();
  op->weights[kWeight] = attributes.weight();
  op->weights[kBias] = attributes.bias();
  op->attributes.layer_norm = {attributes.epsilon(), attributes.axes()};
  return verify_epsilon(attributes.epsilon());
}

// That the weight, if there is one, has the shape of the input's last axes.
Status verify_last_axes(const Site& site, WeightRole role, uint32_t axes) {
  const Weight* weight = site.weights[role];
  if (weight == nullptr) return {};
  const uint32_t* last = site.input().dims + site.input().rank - axes;
  bool fits = weight->rank == axes;
  for (uint32_t i = 0; fits && i < axes; ++i) fits = weight->dims[i] == last[i];
  if (!fits)
    return Status::error(DCM_GRAPH_SHAPE, "its %s has shape %s, expected %s", weight_role_name(role),
                         ShapeText(weight->dims, weight->rank).text, ShapeText(last, axes).text);
  return {};
}

Status infer(const Site& site, Op* op, Shape* output) {
  const uint32_t axes = op->attributes.layer_norm.axes;
  if (axes < 1 || axes >= site.input().rank)
    return Status::error(DCM_GRAPH_ATTRIBUTE, "its axes are %u, but its input has shape %s", axes,
                         ShapeText(site.input()).text);
  DCM_TRY(verify_last_axes(site, kWeight, axes));
  DCM_TRY(verify_last_axes(site, kBias, axes));
  *output = site.input();
  return {};
}

}  // namespace

const OpRule kLayerNormRule = {"LayerNorm", {1, 1}, 1,     {WeightUse::kDenseOrNone, WeightUse::kDenseOrNone},
                               Makes::kNew, parse,  infer, nullptr};

}  // namespace dcm
