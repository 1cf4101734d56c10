// Cross-correlation over NCHW.
#include "ops/convolution.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const fb::Conv2d& a = *from.attributes_as_Conv2d();
  op->weights[kWeight] = a.weight();
  op->weights[kBias] = a.bias();
  // The kernel's size is the weight's, so infer_convolution() fills it in.
  op->attributes.convolution.y = {1, a.stride_h(), a.dilation_h(), a.pad_top(), a.pad_bottom(), false};
  op->attributes.convolution.x = {1, a.stride_w(), a.dilation_w(), a.pad_left(), a.pad_right(), false};
  op->attributes.convolution.groups = a.groups();
  DCM_TRY(verify_convolution(op->attributes.convolution));
  return parse_activation(a.activation(), op);
}

Status infer(const Site& site, Op* op, Shape* output) {
  return infer_convolution(site, 4, op, output);
}

}  // namespace

const OpRule kConv2dRule = {"Conv2d",    {1, 1}, 1,     {WeightUse::kAnyForm, WeightUse::kDenseOrNone},
                            Makes::kNew, parse,  infer, convolution_macs};

}  // namespace dcm
