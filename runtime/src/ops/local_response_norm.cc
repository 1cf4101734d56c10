// x / (k + alpha / size * sum of squares over neighbouring channels) ^ beta (AlexNet, section 3.3).
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const fb::LocalResponseNorm& attributes = *from.attributes_as_LocalResponseNorm();
  op->attributes.local_response_norm = {attributes.size(), attributes.alpha(), attributes.beta(), attributes.k()};
  if (attributes.size() < 1) return Status::error(DCM_GRAPH_ATTRIBUTE, "its size is 0, expected at least 1");
  DCM_TRY(verify_finite(attributes.alpha(), "alpha"));
  DCM_TRY(verify_finite(attributes.beta(), "beta"));
  return verify_finite(attributes.k(), "k");
}

Status infer(const Site& site, Op*, Shape* output) {
  *output = site.input();
  return verify_least_rank(site.input(), 2);
}

}  // namespace

const OpRule kLocalResponseNormRule = {"LocalResponseNorm", {1, 1}, 1, {}, Makes::kNew, parse, infer, nullptr};

}  // namespace dcm
