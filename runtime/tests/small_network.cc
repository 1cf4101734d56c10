#include "small_network.h"

namespace dcm::testing {

std::vector<int> random_codes(std::mt19937& random, size_t count, double density, uint32_t codebook) {
  std::vector<int> codes(count, kPruned);
  std::uniform_real_distribution<double> chance(0.0, 1.0);
  for (int& code : codes)
    if (chance(random) < density) code = static_cast<int>(random() % codebook);
  return codes;
}

Tensor random_values(std::mt19937& random, size_t count) {
  std::uniform_real_distribution<float> value(-1.0f, 1.0f);
  Tensor values(count);
  for (float& v : values) v = value(random);
  return values;
}

ModelParts small_network() {
  std::mt19937 random(7);
  ModelParts parts;
  parts.inputs = {{"picture", {-1, 2, 6, 6}}};

  OpParts conv;
  conv.type = fb::OpAttributes_Conv2d;
  conv.name = "features.0";
  conv.weight =
      parts.sparse({4, 2, 3, 3}, random_codes(random, 72, 0.4, 5), {-0.75f, -0.25f, 0.25f, 0.5f, 1.0f}, 3, 16);
  conv.bias = parts.dense({4}, {0.1f, -0.2f, 0.3f, 0.0f});
  conv.activation = fb::Activation_Relu;
  conv.pad_top = conv.pad_left = conv.pad_bottom = conv.pad_right = 1;
  parts.ops.push_back(conv);

  OpParts second;
  second.type = fb::OpAttributes_Conv2d;
  second.name = "features.1";
  second.weight = parts.dense_shared({4, 2, 1, 1}, random_codes(random, 8, 1.1, 3), {-0.5f, 0.0f, 0.5f}, 5);
  second.groups = 2;
  parts.ops.push_back(second);

  OpParts add;
  add.type = fb::OpAttributes_Add;
  add.name = "residual";
  add.inputs = {{1, 2}};
  parts.ops.push_back(add);
  parts.add(fb::OpAttributes_Relu, "relu");
  OpParts& pool = parts.add(fb::OpAttributes_MaxPool2d, "pool");
  pool.kernel_h = pool.kernel_w = pool.stride_h = pool.stride_w = 2;
  OpParts& flatten = parts.add(fb::OpAttributes_Flatten, "flatten");
  flatten.last_axis = 3;

  OpParts linear;
  linear.type = fb::OpAttributes_Linear;
  linear.name = "classifier";
  linear.weight = parts.sparse({3, 36}, random_codes(random, 108, 0.3, 4), {-1.0f, -0.5f, 0.5f, 1.0f}, 2);
  linear.bias = parts.dense_half({3}, {0x3C00, 0xBC00, 0x0001});  // 1, -1, 2^-24
  parts.ops.push_back(linear);
  parts.add(fb::OpAttributes_Softmax, "softmax");
  parts.outputs = {{"scores", parts.last_value()}};
  parts.labels = {"a", "b", "c"};
  parts.entries = {{"dataset", "none"}};
  return parts;
}

Tensor small_input(uint32_t batch, uint32_t seed) {
  std::mt19937 random(seed);
  return random_values(random, size_t{batch} * 2 * 6 * 6);
}

}  // namespace dcm::testing
