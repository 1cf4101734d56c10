#include "wide_network.h"

#include <functional>

#include "one_op.h"

namespace dcm::testing {
namespace {

using Change = std::function<void(OpParts&)>;

// Adds operators and remembers which values the output shall depend on.
class Network {
 public:
  Network() { parts.inputs = {{"x", {-1, 2, 6, 6}}}; }

  // Returns the first value that the operator makes.
  uint32_t add(fb::OpAttributes type, std::vector<uint32_t> inputs, const Change& change = {}) {
    OpParts op;
    op.type = type;
    op.name = fb::EnumNameOpAttributes(type);
    op.inputs = std::move(inputs);
    if (change) change(op);
    const uint32_t value = parts.last_value() + 1;
    parts.ops.push_back(op);
    return value;
  }
  uint32_t constant(const std::vector<uint32_t>& shape) {
    return add(fb::OpAttributes_Constant, {}, [&](OpParts& op) { op.weight = dense(shape); });
  }
  // The output shall depend on a value of this rank.
  void use(uint32_t value, uint32_t rank) {
    used.push_back(rank == 2 ? value
                             : add(fb::OpAttributes_Flatten, {value}, [&](OpParts& op) { op.last_axis = rank - 1; }));
  }

  uint32_t dense(const std::vector<uint32_t>& shape) { return parts.dense(shape, random_tensor(random, shape)); }
  uint32_t weight(WeightForm form, const std::vector<uint32_t>& shape) {
    Tensor values;
    return add_weight(&parts, form, random, shape, &values);
  }

  std::mt19937 random{71};
  ModelParts parts;
  std::vector<uint32_t> used;
};

// [B, 2, 6, 6] to [B, 3, 2, 2].
uint32_t add_windows(Network& net, uint32_t x) {
  x = net.add(fb::OpAttributes_Conv2d, {x}, [&](OpParts& op) {
    op.weight = net.weight(WeightForm::kSparse, {4, 1, 3, 3});
    op.groups = 2;
    op.pad_top = op.pad_left = op.pad_bottom = op.pad_right = 1;
    op.activation = fb::Activation_HardSwish;
  });
  x = net.add(fb::OpAttributes_ConvTranspose2d, {x}, [&](OpParts& op) {
    op.weight = net.weight(WeightForm::kDenseShared, {4, 3, 2, 2});
    op.bias = net.dense({3});
    op.stride_h = op.stride_w = 2;
    op.activation = fb::Activation_Relu6;
  });
  x = net.add(fb::OpAttributes_MaxPool2d, {x}, [](OpParts& op) { op.kernel_h = op.kernel_w = 2; });
  x = net.add(fb::OpAttributes_AveragePool2d, {x}, [](OpParts& op) {
    op.kernel_h = op.kernel_w = op.stride_h = op.stride_w = 2;
    op.pad_top = op.pad_left = 1;
    op.ceil_mode = op.count_include_pad = true;
  });
  x = net.add(fb::OpAttributes_Resize2d, {x}, [](OpParts& op) {
    op.out_h = op.out_w = 5;
    op.interpolation = fb::Interpolation_Bilinear;
  });
  const auto two = [](OpParts& op) { op.out_h = op.out_w = 2; };
  net.use(net.add(fb::OpAttributes_AdaptiveMaxPool2d, {x}, two), 4);
  return net.add(fb::OpAttributes_AdaptiveAveragePool2d, {x}, two);
}

// Keeps the shape [B, 3, 2, 2].
uint32_t add_functions(Network& net, uint32_t x) {
  const uint32_t first = x;
  for (const fb::OpAttributes type : {fb::OpAttributes_Relu, fb::OpAttributes_HardSwish, fb::OpAttributes_HardSigmoid,
                                      fb::OpAttributes_Sigmoid, fb::OpAttributes_Tanh, fb::OpAttributes_Silu,
                                      fb::OpAttributes_Gelu, fb::OpAttributes_Abs, fb::OpAttributes_Exp})
    x = net.add(type, {x});
  x = net.add(fb::OpAttributes_LeakyRelu, {x}, [](OpParts& op) { op.slope = 0.1f; });
  x = net.add(fb::OpAttributes_Prelu, {x}, [&](OpParts& op) { op.weight = net.dense({3}); });
  x = net.add(fb::OpAttributes_Affine, {x}, [](OpParts& op) { op.shift = 1.0f; });
  x = net.add(fb::OpAttributes_Clamp, {x}, [](OpParts& op) { op.low = 0.5f, op.high = 3.0f; });
  x = net.add(fb::OpAttributes_Log, {net.add(fb::OpAttributes_Sqrt, {x})});
  x = net.add(fb::OpAttributes_PowerScalar, {x}, [](OpParts& op) { op.exponent = 2.0f; });
  x = net.add(fb::OpAttributes_Add, {x, net.constant({3, 1, 2})},
              [](OpParts& op) { op.activation = fb::Activation_Sigmoid; });
  x = net.add(fb::OpAttributes_Subtract, {net.constant({2}), x});
  x = net.add(fb::OpAttributes_Multiply, {x, first});
  x = net.add(fb::OpAttributes_Minimum, {x, net.constant({1})});
  x = net.add(fb::OpAttributes_Maximum, {x, net.constant({1, 3, 1, 1})});
  x = net.add(fb::OpAttributes_Abs, {x});
  x = net.add(fb::OpAttributes_Affine, {x}, [](OpParts& op) { op.shift = 1.0f; });
  x = net.add(fb::OpAttributes_Power, {x, net.constant({2, 1})});
  return net.add(fb::OpAttributes_Divide, {x, net.add(fb::OpAttributes_Exp, {first})});
}

// Keeps the shape [B, 3, 2, 2].
uint32_t add_norms(Network& net, uint32_t x) {
  x = net.add(fb::OpAttributes_LocalResponseNorm, {x}, [](OpParts& op) {
    op.size = 2;
    op.alpha = 0.1f;
    op.beta = 0.75f;
    op.k = 1.0f;
  });
  x = net.add(fb::OpAttributes_ChannelAffine, {x}, [&](OpParts& op) {
    op.weight = net.dense({3});
    op.bias = net.dense({3});
  });
  x = net.add(fb::OpAttributes_GroupNorm, {x}, [&](OpParts& op) {
    op.weight = op.bias = net.dense({3});
    op.groups = 3;
    op.epsilon = 0.01f;
  });
  return net.add(fb::OpAttributes_LayerNorm, {x}, [&](OpParts& op) {
    op.weight = net.dense({2, 2});
    op.last_axes = 2;
    op.epsilon = 0.01f;
  });
}

// [B, 3, 2, 2] to [B, 3, 2].
uint32_t add_moves(Network& net, uint32_t x) {
  x = net.add(fb::OpAttributes_Transpose, {x}, [](OpParts& op) { op.permutation = {0, 3, 1, 2}; });  // [B, 2, 3, 2]
  x = net.add(fb::OpAttributes_Pad, {x}, [](OpParts& op) {                                           // [B, 2, 5, 3]
    op.before = {0, 0, 1, 1};
    op.after = {0, 0, 1, 0};
    op.mode = fb::Padding_Reflect;
  });
  x = net.add(fb::OpAttributes_Slice, {x}, [](OpParts& op) { op.axis = 2, op.end = 5, op.step = 2; });  // [B, 2, 3, 3]
  x = net.add(fb::OpAttributes_Reduce, {x}, [](OpParts& op) { op.axes = {3}, op.keep_axes = true; });   // [B, 2, 3, 1]
  x = net.add(fb::OpAttributes_Expand, {x}, [](OpParts& op) { op.shape = {2, 3, 2}; });                 // [B, 2, 3, 2]
  x = net.add(fb::OpAttributes_Reshape, {x}, [](OpParts& op) { op.shape = {6, 2}; });
  x = net.add(fb::OpAttributes_Conv1d, {x}, [&](OpParts& op) {
    op.weight = net.weight(WeightForm::kDense, {3, 6, 2});
    op.bias = net.dense({3});
    op.pad_left = 1;
  });
  return x;
}

// Of [B, 3, 2].
void add_sequences(Network& net, uint32_t x) {
  x = net.add(fb::OpAttributes_MatMul, {x, net.constant({2, 2})});
  x = net.add(fb::OpAttributes_Attention, {x, x, x, net.constant({3, 3})}, [](OpParts& op) { op.scale = 0.7f; });
  const uint32_t lstm = net.add(fb::OpAttributes_Lstm, {x}, [&](OpParts& op) {
    op.weight = net.weight(WeightForm::kSparse, {8, 2});
    op.recurrent = net.weight(WeightForm::kDenseShared, {8, 2});
    op.bias = net.dense({8});
  });
  const uint32_t gru = net.add(fb::OpAttributes_Gru, {lstm, lstm + 2}, [&](OpParts& op) {
    op.weight = net.weight(WeightForm::kDense, {6, 2});
    op.recurrent = net.weight(WeightForm::kSparse, {6, 2});
    op.recurrent_bias = net.dense({6});
    op.has_state = op.reverse = true;
  });
  const uint32_t rows = net.add(fb::OpAttributes_Clamp, {x}, [](OpParts& op) { op.low = op.high = 1.0f; });
  net.use(net.add(fb::OpAttributes_Embedding, {rows},
                  [&](OpParts& op) { op.weight = net.weight(WeightForm::kDenseShared, {4, 2}); }),
          4);
  net.use(gru, 3);
  net.use(gru + 1, 2);
  net.use(lstm + 1, 2);
}

}  // namespace

ModelParts wide_network() {
  Network net;
  const uint32_t pooled = add_windows(net, 0);
  net.use(pooled, 4);
  add_sequences(net, add_moves(net, add_norms(net, add_functions(net, pooled))));
  const uint32_t all = net.add(fb::OpAttributes_Concat, net.used);
  const uint32_t linear = net.add(fb::OpAttributes_Linear, {all}, [&](OpParts& op) {
    op.weight = net.weight(WeightForm::kSparse, {5, 46});
    op.activation = fb::Activation_Gelu;
  });
  net.parts.outputs = {{"y", net.add(fb::OpAttributes_Softmax, {linear})}};
  return net.parts;
}

}  // namespace dcm::testing
