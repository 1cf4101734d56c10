#include "ops/convolution.h"

namespace dcm {

Status verify_convolution(const ConvolutionAttributes& convolution) {
  if (convolution.groups == 0) return Status::error(DCM_GRAPH_ATTRIBUTE, "groups is 0, expected at least 1");
  DCM_TRY(verify_window(convolution.y, "height"));
  return verify_window(convolution.x, "width");
}

Status infer_convolution(const Site& site, uint32_t rank, Op* op, Shape* output) {
  const Shape& input = site.input();
  const Weight& weight = site.weight();
  ConvolutionAttributes& convolution = op->attributes.convolution;
  const uint32_t groups = convolution.groups;
  if (input.rank != rank)
    return Status::error(DCM_GRAPH_SHAPE, "its input has shape %s, expected %u dimensions (%s)", ShapeText(input).text,
                         rank, rank == 4 ? "NCHW" : "NCL");
  const uint32_t channels = input.dims[1];
  if (channels % groups != 0)
    return Status::error(DCM_GRAPH_SHAPE, "%u groups do not divide the %u channels of its input", groups, channels);
  if (weight.rank != rank || weight.dims[1] != channels / groups)
    return Status::error(
        DCM_GRAPH_SHAPE, "its weight has shape %s, expected [outputs, %u, %swidth] for %u channels in %u groups",
        ShapeText(weight.dims, weight.rank).text, channels / groups, rank == 4 ? "height, " : "", channels, groups);
  if (weight.dims[0] % groups != 0)
    return Status::error(DCM_GRAPH_SHAPE, "%u groups do not divide its %u output channels", groups, weight.dims[0]);
  DCM_TRY(verify_vector(site, kBias, weight.dims[0]));
  output->rank = rank;
  output->dims[0] = input.dims[0];
  output->dims[1] = weight.dims[0];
  for (uint32_t axis = 2; axis < rank; ++axis) {
    const bool is_x = axis + 1 == rank;
    const char* name = is_x ? "width" : "height";
    WindowAxis& window = is_x ? convolution.x : convolution.y;
    window.kernel = weight.dims[axis];
    DCM_TRY(verify_window(window, name));
    const Result<uint32_t> count = window_count(window, input.dims[axis], name);
    if (!count.ok()) return count.status();
    output->dims[axis] = count.value();
  }
  return {};
}

uint64_t convolution_macs(const Site& site) {
  const Shape& output = site.output();
  return site.weight().nonzeros * output.dims[0] * output.product(2, output.rank);
}

}  // namespace dcm
