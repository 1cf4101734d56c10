// Cross-correlation over NCL.
#include "ops/convolution.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const fb::Conv1d& a = *from.attributes_as_Conv1d();
  op->weights[kWeight] = a.weight();
  op->weights[kBias] = a.bias();
  op->attributes.convolution.y = {1, 1, 1, 0, 0, false};
  // The kernel's size is the weight's, so infer_convolution() fills it in.
  op->attributes.convolution.x = {1, a.stride(), a.dilation(), a.pad_left(), a.pad_right(), false};
  op->attributes.convolution.groups = a.groups();
  DCM_TRY(verify_convolution(op->attributes.convolution));
  return parse_activation(a.activation(), op);
}

Status infer(const Site& site, Op* op, Shape* output) {
  return infer_convolution(site, 3, op, output);
}

}  // namespace

const OpRule kConv1dRule = {"Conv1d",    {1, 1}, 1,     {WeightUse::kAnyForm, WeightUse::kDenseOrNone},
                            Makes::kNew, parse,  infer, convolution_macs};

}  // namespace dcm
