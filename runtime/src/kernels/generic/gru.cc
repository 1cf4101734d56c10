#include <cmath>

#include "kernels/generic/activation.h"
#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/recurrent.h"

namespace dcm {
namespace {

// What x and h give to the gates r, z, n of one element of a sequence.
uint64_t scratch(const Site& site, const Prepared&) {
  return uint64_t{site.weight().rows} * 2 * sizeof(float);
}

template <typename Rows>
void run(const Call& call, uint64_t begin, uint64_t end, void* memory) {
  const Site& site = *call.site;
  const RecurrentAttributes& gru = site.op->attributes.gru;
  const Rows weight(site.weight());
  const AnyRows recurrent(*site.weights[kRecurrent]);
  const float *bias = site.dense(kBias), *recurrent_bias = site.dense(kRecurrentBias);
  const uint32_t rows = site.weight().rows, hidden = rows / 3;
  float *of_x = static_cast<float*>(memory), *of_h = of_x + rows;

  for (uint64_t unit = begin; unit < end; ++unit) {
    Sequence sequence(call, unit, gru.has_state, gru.reverse);
    sequence.walk(call.outputs[1] + unit * hidden, [&](const float* x, const float* h, float* y) {
      for (uint32_t row = 0; row < rows; ++row) {
        of_x[row] = weight.dot(row, x);
        if (bias != nullptr) of_x[row] += bias[row];
        of_h[row] = h == nullptr ? 0.0f : recurrent.dot(row, h);
        if (recurrent_bias != nullptr) of_h[row] += recurrent_bias[row];
      }
      for (uint32_t j = 0; j < hidden; ++j) {
        const float r = sigmoid(of_x[j] + of_h[j]);
        const float z = sigmoid(of_x[j + hidden] + of_h[j + hidden]);
        const float n = std::tanh(of_x[j + 2 * hidden] + r * of_h[j + 2 * hidden]);
        y[j] = (1.0f - z) * n + (h == nullptr ? 0.0f : z * h[j]);
      }
    });
  }
}

template <typename Rows>
constexpr Kernel kernel(const char* name) {
  return {name, OpType::kGru, Rows::kForm, Isa::kGeneric, nullptr, nullptr, recurrent_units, run<Rows>, scratch};
}

}  // namespace

const Kernel kGruSparseGeneric = kernel<SparseRows>("gru_sparse_generic");
const Kernel kGruDenseSharedGeneric = kernel<DenseSharedRows>("gru_dense_shared_generic");
const Kernel kGruDenseGeneric = kernel<DenseRows>("gru_dense_generic");

}  // namespace dcm
