// exp(x - max) / sum(exp(x - max)) along one axis.
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  op->attributes.softmax.axis = from.attributes_as_Softmax()->axis();
  return {};
}

Status infer(const Site& site, Op* op, Shape* output) {
  DCM_TRY(verify_axis(op->attributes.softmax.axis, site.input()));
  *output = site.input();
  return {};
}

}  // namespace

const OpRule kSoftmaxRule = {"Softmax", {1, 1}, 1, {}, Makes::kNew, parse, infer, nullptr};

}  // namespace dcm
