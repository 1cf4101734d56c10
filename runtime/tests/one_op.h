// Runs one operator from a file, for tests of kernels.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "format/weight.h"
#include "reference_ops.h"
#include "small_network.h"

namespace dcm::testing {

Array4 array_of(std::vector<uint32_t> shape, const Tensor& values);

// Within tolerance of the largest element of expected.
void expect_near(const Tensor& found, const Array4& expected, double tolerance = 1e-5);
void expect_near(const Tensor& found, const std::vector<double>& expected, double tolerance = 1e-5);

// low .. high
uint32_t pick(std::mt19937& random, uint32_t low, uint32_t high);

size_t elements_of(const std::vector<uint32_t>& shape);

// Random values, [-1, 1), of a shape.
Tensor random_tensor(std::mt19937& random, const std::vector<uint32_t>& shape);

constexpr bool kFixed = true;  // no batch dimension

// The operators of parts on inputs of these shapes. The first dimension is the batch (that of the first input is how
// many samples run), unless fixed. An operator without inputs reads, if it is the first, all of the model's; later ones
// the newest value. Outputs are the values that the last one makes.
class OneOp {
 public:
  OneOp(ModelParts parts, const std::vector<std::vector<uint32_t>>& input_shapes, bool fixed = false);

  // The first output, or all.
  Tensor operator()(const std::vector<Tensor>& inputs, uint32_t threads = 1) const;
  std::vector<Tensor> all(const std::vector<Tensor>& inputs, uint32_t threads = 1) const;

  // Of the last operator.
  std::string kernel() const;
  uint64_t macs() const;
  // Shape of an output of the last operator, -1 for the batch.
  std::vector<int64_t> shape(size_t output = 0) const;

  // What opening the file gave.
  int code() const { return opened_.code; }
  const std::string& text() const { return opened_.text; }
  const dcm_model* model() const { return opened_.model.get(); }
  // Of the file, with the inputs and outputs that the shapes gave it.
  const ModelParts& parts() const { return parts_; }

 private:
  dcm_op_info info() const;

  ModelParts parts_;
  Opened opened_;
  uint32_t batch_;
};

// The results for x, of this shape, depend neither on the number of threads nor on the other samples. The operator
// should be large enough for threads (kWorkWorthThreads).
void expect_independence(const ModelParts& parts, const std::vector<uint32_t>& shape, const Tensor& x);

// Adds a random weight in the form and returns its index; values gets the tensor.
uint32_t add_weight(ModelParts* parts, WeightForm form, std::mt19937& random, const std::vector<uint32_t>& shape,
                    Tensor* values);

// The centroids of its shared weights.
extern const std::vector<float> kCentroids;

// Adds a Constant of the values, whose id it returns. Call it before other operators are added: a model of the given
// number of inputs is assumed.
uint32_t add_constant(ModelParts* parts, uint32_t inputs, const std::vector<uint32_t>& shape, const Tensor& values);

}  // namespace dcm::testing
