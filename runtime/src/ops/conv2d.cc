// Cross-correlation over NCHW.
#include "format/limits.h"
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op& from, Op* op) {
  const fb::Conv2d& attributes = *from.attributes_as_Conv2d();
  op->weight = attributes.weight();
  op->bias = attributes.bias();
  // The kernel's size is the weight's, so infer() fills it in.
  op->conv2d.y = {1,    attributes.stride_h(), attributes.dilation_h(), attributes.pad_top(), attributes.pad_bottom(),
                  false};
  op->conv2d.x = {1,    attributes.stride_w(), attributes.dilation_w(), attributes.pad_left(), attributes.pad_right(),
                  false};
  op->conv2d.groups = attributes.groups();
  if (op->conv2d.groups == 0) return Status::error(DCM_GRAPH_ATTRIBUTE, "groups is 0, expected at least 1");
  DCM_TRY(verify_window(op->conv2d.y, "height"));
  DCM_TRY(verify_window(op->conv2d.x, "width"));
  return parse_activation(attributes.activation(), op);
}

Status infer(const OpShapes& shapes, Op* op, Shape* output) {
  const Shape& input = *shapes.inputs[0];
  const Weight& weight = *shapes.weight;
  const uint32_t groups = op->conv2d.groups;
  if (input.rank != 4)
    return Status::error(DCM_GRAPH_SHAPE, "its input has shape %s, expected 4 dimensions (NCHW)",
                         ShapeText(input).text);
  const uint32_t channels = input.dims[1];
  if (channels % groups != 0)
    return Status::error(DCM_GRAPH_SHAPE, "%u groups do not divide the %u channels of its input", groups, channels);
  if (weight.rank != 4 || weight.dims[1] != channels / groups)
    return Status::error(DCM_GRAPH_SHAPE,
                         "its weight has shape %s, expected [outputs, %u, height, width] for %u channels in %u groups",
                         ShapeText(weight.dims, weight.rank).text, channels / groups, channels, groups);
  if (weight.dims[0] % groups != 0)
    return Status::error(DCM_GRAPH_SHAPE, "%u groups do not divide its %u output channels", groups, weight.dims[0]);
  op->conv2d.y.kernel = weight.dims[2];
  op->conv2d.x.kernel = weight.dims[3];
  DCM_TRY(verify_window(op->conv2d.y, "height"));
  DCM_TRY(verify_window(op->conv2d.x, "width"));
  DCM_TRY(verify_bias(shapes.bias, weight.dims[0]));
  const Result<uint32_t> height = window_count(op->conv2d.y, input.dims[2], "height");
  if (!height.ok()) return height.status();
  const Result<uint32_t> width = window_count(op->conv2d.x, input.dims[3], "width");
  if (!width.ok()) return width.status();
  *output = {4, {input.dims[0], weight.dims[0], height.value(), width.value()}};
  return {};
}

uint64_t uses_of_weight(const Op&, const Shape&, const Shape& output) {
  return uint64_t{output.dims[0]} * output.dims[2] * output.dims[3];
}

}  // namespace

const OpRule kConv2dRule = {"Conv2d", 1, true, false, parse, infer, uses_of_weight};

}  // namespace dcm
