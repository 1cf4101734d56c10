#include "write_attributes.h"

namespace dcm::testing {

flatbuffers::Offset<void> write_attributes(flatbuffers::FlatBufferBuilder& out, const OpParts& op) {
  switch (op.type) {
    case fb::OpAttributes_Linear:
      return fb::CreateLinear(out, op.weight, op.bias, op.activation).Union();
    case fb::OpAttributes_Conv2d:
      return fb::CreateConv2d(out, op.weight, op.bias, op.activation, op.stride_h, op.stride_w, op.pad_top, op.pad_left,
                              op.pad_bottom, op.pad_right, op.dilation_h, op.dilation_w, op.groups)
          .Union();
    case fb::OpAttributes_MaxPool2d:
      return fb::CreateMaxPool2d(out, op.kernel_h, op.kernel_w, op.stride_h, op.stride_w, op.pad_top, op.pad_left,
                                 op.pad_bottom, op.pad_right, op.dilation_h, op.dilation_w, op.ceil_mode)
          .Union();
    case fb::OpAttributes_Flatten:
      return fb::CreateFlatten(out, op.first_axis, op.last_axis).Union();
    case fb::OpAttributes_Add:
      return fb::CreateAdd(out, op.activation).Union();
    case fb::OpAttributes_Softmax:
      return fb::CreateSoftmax(out, op.axis).Union();
    case fb::OpAttributes_Conv1d:
      return fb::CreateConv1d(out, op.weight, op.bias, op.activation, op.stride_w, op.pad_left, op.pad_right,
                              op.dilation_w, op.groups)
          .Union();
    case fb::OpAttributes_ConvTranspose2d:
      return fb::CreateConvTranspose2d(out, op.weight, op.bias, op.activation, op.stride_h, op.stride_w, op.pad_top,
                                       op.pad_left, op.pad_bottom, op.pad_right, op.dilation_h, op.dilation_w,
                                       op.groups)
          .Union();
    case fb::OpAttributes_AveragePool2d:
      return fb::CreateAveragePool2d(out, op.kernel_h, op.kernel_w, op.stride_h, op.stride_w, op.pad_top, op.pad_left,
                                     op.pad_bottom, op.pad_right, op.ceil_mode, op.count_include_pad, op.divisor)
          .Union();
    case fb::OpAttributes_AdaptiveAveragePool2d:
      return fb::CreateAdaptiveAveragePool2d(out, op.out_h, op.out_w).Union();
    case fb::OpAttributes_AdaptiveMaxPool2d:
      return fb::CreateAdaptiveMaxPool2d(out, op.out_h, op.out_w).Union();
    case fb::OpAttributes_Clamp:
      return fb::CreateClamp(out, op.low, op.high).Union();
    case fb::OpAttributes_LeakyRelu:
      return fb::CreateLeakyRelu(out, op.slope).Union();
    case fb::OpAttributes_Prelu:
      return fb::CreatePrelu(out, op.weight).Union();
    case fb::OpAttributes_Gelu:
      return fb::CreateGelu(out, op.tanh_approximation).Union();
    case fb::OpAttributes_Affine:
      return fb::CreateAffine(out, op.scale, op.shift).Union();
    case fb::OpAttributes_PowerScalar:
      return fb::CreatePowerScalar(out, op.exponent).Union();
    case fb::OpAttributes_Subtract:
      return fb::CreateSubtract(out, op.activation).Union();
    case fb::OpAttributes_Multiply:
      return fb::CreateMultiply(out, op.activation).Union();
    case fb::OpAttributes_Divide:
      return fb::CreateDivide(out, op.activation).Union();
    case fb::OpAttributes_Reduce:
      return fb::CreateReduce(out, op.reduction, out.CreateVector(op.axes), op.keep_axes).Union();
    case fb::OpAttributes_Attention:
      return fb::CreateAttention(out, op.scale, op.causal).Union();
    case fb::OpAttributes_LayerNorm:
      return fb::CreateLayerNorm(out, op.weight, op.bias, op.epsilon, op.last_axes).Union();
    case fb::OpAttributes_GroupNorm:
      return fb::CreateGroupNorm(out, op.weight, op.bias, op.epsilon, op.groups).Union();
    case fb::OpAttributes_ChannelAffine:
      return fb::CreateChannelAffine(out, op.weight, op.bias, op.activation).Union();
    case fb::OpAttributes_LocalResponseNorm:
      return fb::CreateLocalResponseNorm(out, op.size, op.alpha, op.beta, op.k).Union();
    case fb::OpAttributes_Constant:
      return fb::CreateConstant(out, op.weight).Union();
    case fb::OpAttributes_Reshape:
      return fb::CreateReshape(out, out.CreateVector(op.shape)).Union();
    case fb::OpAttributes_Transpose:
      return fb::CreateTranspose(out, out.CreateVector(op.permutation)).Union();
    case fb::OpAttributes_Concat:
      return fb::CreateConcat(out, op.axis).Union();
    case fb::OpAttributes_Slice:
      return fb::CreateSlice(out, op.axis, op.start, op.end, op.step).Union();
    case fb::OpAttributes_Expand:
      return fb::CreateExpand(out, out.CreateVector(op.shape)).Union();
    case fb::OpAttributes_Pad:
      return fb::CreatePad(out, out.CreateVector(op.before), out.CreateVector(op.after), op.mode, op.value).Union();
    case fb::OpAttributes_Resize2d:
      return fb::CreateResize2d(out, op.out_h, op.out_w, op.interpolation, op.align_corners, op.scale_h, op.scale_w)
          .Union();
    case fb::OpAttributes_Embedding:
      return fb::CreateEmbedding(out, op.weight).Union();
    case fb::OpAttributes_Lstm:
      return fb::CreateLstm(out, op.weight, op.recurrent, op.bias, op.has_state, op.reverse).Union();
    case fb::OpAttributes_Gru:
      return fb::CreateGru(out, op.weight, op.recurrent, op.bias, op.recurrent_bias, op.has_state, op.reverse).Union();
    default:  // an empty table: operators that are told nothing, and types that do not exist
      return fb::CreateRelu(out).Union();
  }
}

}  // namespace dcm::testing
