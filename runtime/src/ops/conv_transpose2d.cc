// The transpose of Conv2d over NCHW: each input element adds a scaled kernel to the output.
#include "ops/convolution.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const fb::ConvTranspose2d& a = *from.attributes_as_ConvTranspose2d();
  op->weights[kWeight] = a.weight();
  op->weights[kBias] = a.bias();
  // The kernel's size is the weight's, so infer() fills it in.
  op->attributes.convolution.y = {1, a.stride_h(), a.dilation_h(), a.pad_top(), a.pad_bottom(), false};
  op->attributes.convolution.x = {1, a.stride_w(), a.dilation_w(), a.pad_left(), a.pad_right(), false};
  op->attributes.convolution.groups = a.groups();
  DCM_TRY(verify_convolution(op->attributes.convolution));
  return parse_activation(a.activation(), op);
}

Status infer(const Site& site, Op* op, Shape* output) {
  const Shape& input = site.input();
  const Weight& weight = site.weight();
  ConvolutionAttributes& convolution = op->attributes.convolution;
  const uint32_t groups = convolution.groups;
  DCM_TRY(verify_nchw(input));
  const uint32_t channels = input.dims[1];
  if (channels % groups != 0)
    return Status::error(DCM_GRAPH_SHAPE, "%u groups do not divide the %u channels of its input", groups, channels);
  if (weight.rank != 4 || weight.dims[0] != channels)
    return Status::error(DCM_GRAPH_SHAPE, "its weight has shape %s, expected [%u, outputs / groups, height, width]",
                         ShapeText(weight.dims, weight.rank).text, channels);
  const uint64_t outputs = uint64_t{weight.dims[1]} * groups;
  if (outputs > INT32_MAX)
    return Status::error(DCM_GRAPH_SHAPE, "%u groups of %u outputs are 2^31 channels or more", groups, weight.dims[1]);
  DCM_TRY(verify_vector(site, kBias, static_cast<uint32_t>(outputs)));
  convolution.y.kernel = weight.dims[2];
  convolution.x.kernel = weight.dims[3];
  DCM_TRY(verify_convolution(convolution));
  const Result<uint32_t> height = transposed_window_count(convolution.y, input.dims[2], "height");
  if (!height.ok()) return height.status();
  const Result<uint32_t> width = transposed_window_count(convolution.x, input.dims[3], "width");
  if (!width.ok()) return width.status();
  *output = {4, {input.dims[0], static_cast<uint32_t>(outputs), height.value(), width.value()}};
  return {};
}

// Every weight meets every element of its channel.
uint64_t macs(const Site& site) {
  const Shape& input = site.input();
  return site.weight().nonzeros * input.dims[0] * input.dims[2] * input.dims[3];
}

}  // namespace

const OpRule kConvTranspose2dRule = {"ConvTranspose2d", {1, 1}, 1,     {WeightUse::kAnyForm, WeightUse::kDenseOrNone},
                                     Makes::kNew,       parse,  infer, macs};

}  // namespace dcm
