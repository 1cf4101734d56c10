#include "reference_ops.h"

#include <cmath>

namespace dcm::testing {
namespace {

double at(const Array4& x, uint32_t n, uint32_t c, int64_t y, int64_t column) {
  return x.values[((size_t{n} * x.shape[1] + c) * x.shape[2] + static_cast<size_t>(y)) * x.shape[3] +
                  static_cast<size_t>(column)];
}

bool inside(int64_t i, uint32_t size) {
  return i >= 0 && i < size;
}

size_t product(const std::vector<uint32_t>& shape, size_t begin, size_t end) {
  size_t result = 1;
  for (size_t i = begin; i < end; ++i) result *= shape[i];
  return result;
}

}  // namespace

uint32_t reference_windows(uint32_t n, uint32_t k, uint32_t s, uint32_t d, uint32_t p, uint32_t q, bool ceil_mode) {
  const double room = static_cast<double>(n) + p + q - (static_cast<double>(d) * (k - 1) + 1);
  double count = (ceil_mode ? std::ceil(room / s) : std::floor(room / s)) + 1;
  if (ceil_mode && (count - 1) * s >= static_cast<double>(n) + p) count -= 1;
  return static_cast<uint32_t>(count);
}

Array4 reference_linear(const Array4& x, const std::vector<float>& weight, uint32_t outputs,
                        const std::vector<float>& bias) {
  Array4 y = {x.shape, {}};
  const size_t inputs = x.shape.back();
  y.shape.back() = outputs;
  for (size_t m = 0; m < x.values.size() / inputs; ++m)
    for (size_t o = 0; o < outputs; ++o) {
      double sum = bias.empty() ? 0.0 : bias[o];
      for (size_t i = 0; i < inputs; ++i) sum += double{weight[o * inputs + i]} * x.values[m * inputs + i];
      y.values.push_back(sum);
    }
  return y;
}

Array4 reference_conv2d(const Array4& x, const std::vector<float>& weight, const std::vector<uint32_t>& ws,
                        const std::vector<float>& bias, const OpParts& op) {
  const uint32_t h = reference_windows(x.shape[2], ws[2], op.stride_h, op.dilation_h, op.pad_top, op.pad_bottom, false);
  const uint32_t w = reference_windows(x.shape[3], ws[3], op.stride_w, op.dilation_w, op.pad_left, op.pad_right, false);
  Array4 y = {{x.shape[0], ws[0], h, w}, {}};
  for (uint32_t n = 0; n < x.shape[0]; ++n)
    for (uint32_t o = 0; o < ws[0]; ++o)
      for (uint32_t oy = 0; oy < h; ++oy)
        for (uint32_t ox = 0; ox < w; ++ox) {
          double sum = bias.empty() ? 0.0 : bias[o];
          for (uint32_t c = 0; c < ws[1]; ++c)
            for (uint32_t i = 0; i < ws[2]; ++i)
              for (uint32_t j = 0; j < ws[3]; ++j) {
                const int64_t iy = int64_t{oy} * op.stride_h - op.pad_top + int64_t{op.dilation_h} * i;
                const int64_t ix = int64_t{ox} * op.stride_w - op.pad_left + int64_t{op.dilation_w} * j;
                if (!inside(iy, x.shape[2]) || !inside(ix, x.shape[3])) continue;
                const uint32_t channel = o / (ws[0] / op.groups) * ws[1] + c;
                sum += double{weight[((size_t{o} * ws[1] + c) * ws[2] + i) * ws[3] + j]} * at(x, n, channel, iy, ix);
              }
          y.values.push_back(sum);
        }
  return y;
}

Array4 reference_max_pool2d(const Array4& x, const OpParts& op) {
  const uint32_t h =
      reference_windows(x.shape[2], op.kernel_h, op.stride_h, op.dilation_h, op.pad_top, op.pad_bottom, op.ceil_mode);
  const uint32_t w =
      reference_windows(x.shape[3], op.kernel_w, op.stride_w, op.dilation_w, op.pad_left, op.pad_right, op.ceil_mode);
  Array4 y = {{x.shape[0], x.shape[1], h, w}, {}};
  for (uint32_t n = 0; n < x.shape[0]; ++n)
    for (uint32_t c = 0; c < x.shape[1]; ++c)
      for (uint32_t oy = 0; oy < h; ++oy)
        for (uint32_t ox = 0; ox < w; ++ox) {
          double largest = -INFINITY;
          for (uint32_t i = 0; i < op.kernel_h; ++i)
            for (uint32_t j = 0; j < op.kernel_w; ++j) {
              const int64_t iy = int64_t{oy} * op.stride_h - op.pad_top + int64_t{op.dilation_h} * i;
              const int64_t ix = int64_t{ox} * op.stride_w - op.pad_left + int64_t{op.dilation_w} * j;
              if (inside(iy, x.shape[2]) && inside(ix, x.shape[3])) largest = std::fmax(largest, at(x, n, c, iy, ix));
            }
          y.values.push_back(largest);
        }
  return y;
}

Array4 reference_softmax(const Array4& x, uint32_t axis) {
  Array4 y = x;
  const size_t size = x.shape[axis], inner = product(x.shape, axis + 1, x.shape.size());
  for (size_t outer = 0; outer < product(x.shape, 0, axis); ++outer)
    for (size_t i = 0; i < inner; ++i) {
      const size_t start = outer * size * inner + i;
      double largest = -INFINITY, sum = 0.0;
      for (size_t k = 0; k < size; ++k) largest = std::fmax(largest, x.values[start + k * inner]);
      for (size_t k = 0; k < size; ++k) sum += std::exp(x.values[start + k * inner] - largest);
      for (size_t k = 0; k < size; ++k)
        y.values[start + k * inner] = std::exp(x.values[start + k * inner] - largest) / sum;
    }
  return y;
}

Array4 generate(const std::vector<uint32_t>& shape, const std::function<double(const std::vector<uint32_t>&)>& f) {
  Array4 y = {shape, {}};
  std::vector<uint32_t> index(shape.size(), 0);
  for (size_t i = 0; i < product(shape, 0, shape.size()); ++i) {
    size_t rest = i;
    for (size_t axis = shape.size(); axis-- > 0;) {
      index[axis] = static_cast<uint32_t>(rest % shape[axis]);
      rest /= shape[axis];
    }
    y.values.push_back(f(index));
  }
  return y;
}

double element(const Array4& x, const std::vector<uint32_t>& index) {
  size_t at = 0;
  for (size_t axis = 0; axis < x.shape.size(); ++axis) at = at * x.shape[axis] + index[axis];
  return x.values.at(at);
}

void reference_relu(Array4* x) {
  for (double& value : x->values) value = value > 0 ? value : 0;
}

}  // namespace dcm::testing
