// The operators written from docs/format.md, in double precision and with no care for speed. Independent of the
// runtime's code.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "model_builder.h"

namespace dcm::testing {

struct Array4 {
  std::vector<uint32_t> shape;
  std::vector<double> values;
};

Array4 reference_linear(const Array4& x, const std::vector<float>& weight, uint32_t outputs,
                        const std::vector<float>& bias);
// weight_shape: [O, C / groups, kh, kw]. An empty bias is none.
Array4 reference_conv2d(const Array4& x, const std::vector<float>& weight, const std::vector<uint32_t>& weight_shape,
                        const std::vector<float>& bias, const OpParts& op);
Array4 reference_max_pool2d(const Array4& x, const OpParts& op);
Array4 reference_softmax(const Array4& x, uint32_t axis);
void reference_relu(Array4* x);

// Calls f with every index of the shape, in order, and keeps what it returns.
Array4 generate(const std::vector<uint32_t>& shape, const std::function<double(const std::vector<uint32_t>&)>& f);
// The element of x at an index.
double element(const Array4& x, const std::vector<uint32_t>& index);

// Number of windows along an axis, straight from the formula.
uint32_t reference_windows(uint32_t n, uint32_t k, uint32_t s, uint32_t d, uint32_t p, uint32_t q, bool ceil_mode);

}  // namespace dcm::testing
