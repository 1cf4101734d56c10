#include "one_op.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace dcm::testing {

Array4 array_of(std::vector<uint32_t> shape, const Tensor& values) {
  return {std::move(shape), {values.begin(), values.end()}};
}

void expect_near(const Tensor& found, const Array4& expected, double tolerance) {
  expect_near(found, expected.values, tolerance);
}

void expect_near(const Tensor& found, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  double largest = 1e-30;
  for (const double value : expected) largest = std::max(largest, std::fabs(value));
  for (size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], tolerance * largest) << "element " << i;
}

uint32_t pick(std::mt19937& random, uint32_t low, uint32_t high) {
  return low + random() % (high - low + 1);
}

size_t elements_of(const std::vector<uint32_t>& shape) {
  size_t elements = 1;
  for (const uint32_t size : shape) elements *= size;
  return elements;
}

Tensor random_tensor(std::mt19937& random, const std::vector<uint32_t>& shape) {
  return random_values(random, elements_of(shape));
}

OneOp::OneOp(ModelParts parts, const std::vector<std::vector<uint32_t>>& input_shapes, bool fixed)
    : parts_(std::move(parts)) {
  parts_.inputs.clear();
  std::vector<uint32_t> all;
  for (const auto& shape : input_shapes) {
    std::vector<int32_t> dims(shape.begin(), shape.end());
    if (!fixed) dims[0] = -1;
    all.push_back(static_cast<uint32_t>(parts_.inputs.size()));
    parts_.inputs.push_back({"x" + std::to_string(parts_.inputs.size()), dims});
  }
  if (!parts_.ops[0].inputs && all.size() > 1) parts_.ops[0].inputs = all;
  parts_.outputs.clear();
  const uint32_t outputs = parts_.ops.back().outputs();
  for (uint32_t k = 0; k < outputs; ++k)
    parts_.outputs.push_back({"y" + std::to_string(k), parts_.last_value() + 1 - outputs + k});
  opened_ = open_bytes(parts_.build());
  batch_ = fixed ? 1 : input_shapes[0][0];
}

Tensor OneOp::operator()(const std::vector<Tensor>& inputs, uint32_t threads) const {
  return all(inputs, threads).at(0);
}

std::vector<Tensor> OneOp::all(const std::vector<Tensor>& inputs, uint32_t threads) const {
  EXPECT_EQ(opened_.code, DCM_OK) << opened_.text;
  return run_model(opened_.model.get(), inputs, batch_, threads);
}

dcm_op_info OneOp::info() const {
  dcm_op_info info = {};
  EXPECT_EQ(dcm_model_op(model(), dcm_model_op_count(model()) - 1, &info, nullptr), DCM_OK) << opened_.text;
  return info;
}

std::string OneOp::kernel() const {
  const char* kernel = info().kernel;
  return kernel == nullptr ? "" : kernel;
}

uint64_t OneOp::macs() const {
  return info().macs;
}

std::vector<int64_t> OneOp::shape(size_t output) const {
  dcm_tensor_info value = {};
  EXPECT_EQ(dcm_model_op_output(model(), dcm_model_op_count(model()) - 1, output, &value, nullptr), DCM_OK)
      << opened_.text;
  return std::vector<int64_t>(value.dims, value.dims + value.rank);
}

void expect_independence(const ModelParts& parts, const std::vector<uint32_t>& shape, const Tensor& x) {
  const OneOp run(parts, {shape});
  const Tensor y = run({x});
  for (const uint32_t threads : {2u, 3u, 7u}) ASSERT_EQ(run({x}, threads), y) << threads;
  std::vector<uint32_t> one = shape;
  one[0] = 1;
  const OneOp single(parts, {one});
  const auto in_size = static_cast<ptrdiff_t>(x.size() / shape[0]),
             out_size = static_cast<ptrdiff_t>(y.size() / shape[0]);
  for (ptrdiff_t n = 0; n < static_cast<ptrdiff_t>(shape[0]); ++n)
    ASSERT_EQ(single({Tensor(x.begin() + n * in_size, x.begin() + (n + 1) * in_size)}),
              Tensor(y.begin() + n * out_size, y.begin() + (n + 1) * out_size))
        << n;
}

const std::vector<float> kCentroids = {-1.25f, -0.5f, 0.0f, 0.25f, 0.75f, 1.5f};

uint32_t add_weight(ModelParts* parts, WeightForm form, std::mt19937& random, const std::vector<uint32_t>& shape,
                    Tensor* values) {
  const size_t elements = elements_of(shape);
  if (form == WeightForm::kDense) {
    *values = random_values(random, elements);
    return parts->dense(shape, *values);
  }
  const std::vector<int> codes = random_codes(random, elements, form == WeightForm::kSparse ? 0.3 : 1.1, 6);
  *values = values_of(codes, kCentroids);
  return form == WeightForm::kSparse ? parts->sparse(shape, codes, kCentroids, 3, 20)
                                     : parts->dense_shared(shape, codes, kCentroids, 33);
}

uint32_t add_constant(ModelParts* parts, uint32_t inputs, const std::vector<uint32_t>& shape, const Tensor& values) {
  OpParts op;
  op.type = fb::OpAttributes_Constant;
  op.inputs = std::vector<uint32_t>{};
  op.weight = parts->dense(shape, values);
  parts->ops.push_back(op);
  uint32_t id = inputs - 1;
  for (const OpParts& each : parts->ops) id += each.outputs();
  return id;
}

}  // namespace dcm::testing
