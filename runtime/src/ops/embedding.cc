// A row of the weight for each element.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  op->weights[kWeight] = from.attributes_as_Embedding()->weight();
  return {};
}

Status infer(const Site& site, Op*, Shape* output) {
  const Shape& input = site.input();
  const Weight& weight = site.weight();
  if (weight.rank != 2)
    return Status::error(DCM_GRAPH_SHAPE, "its weight has shape %s, expected [rows, features]",
                         ShapeText(weight.dims, weight.rank).text);
  if (input.rank == kMaxRank)
    return Status::error(DCM_GRAPH_SHAPE, "its input has shape %s, expected at most %u dimensions: it adds one",
                         ShapeText(input).text, kMaxRank - 1);
  *output = input;
  output->dims[output->rank++] = weight.dims[1];
  return {};
}

}  // namespace

const OpRule kEmbeddingRule = {"Embedding", {1, 1}, 1, {WeightUse::kAnyForm}, Makes::kNew, parse, infer, nullptr};

}  // namespace dcm
