#include <algorithm>
#include <cmath>

#include "kernels/generic/activation.h"
#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/recurrent.h"

namespace dcm {
namespace {

// The gates i, f, g, o of one element of a sequence.
uint64_t scratch(const Site& site, const Prepared&) {
  return uint64_t{site.weight().rows} * sizeof(float);
}

template <typename Rows>
void run(const Call& call, uint64_t begin, uint64_t end, void* memory) {
  const Site& site = *call.site;
  const RecurrentAttributes& lstm = site.op->attributes.lstm;
  const Rows weight(site.weight());
  const AnyRows recurrent(*site.weights[kRecurrent]);
  const float* bias = site.dense(kBias);
  const uint32_t rows = site.weight().rows, hidden = rows / 4;
  float* gates = static_cast<float*>(memory);

  for (uint64_t unit = begin; unit < end; ++unit) {
    float* c = call.outputs[2] + unit * hidden;
    if (lstm.has_state)
      std::copy(call.inputs[2] + unit * hidden, call.inputs[2] + (unit + 1) * hidden, c);
    else
      std::fill(c, c + hidden, 0.0f);
    Sequence sequence(call, unit, lstm.has_state, lstm.reverse);
    sequence.walk(call.outputs[1] + unit * hidden, [&](const float* x, const float* h, float* y) {
      for (uint32_t row = 0; row < rows; ++row) {
        gates[row] = weight.dot(row, x);
        if (h != nullptr) gates[row] += recurrent.dot(row, h);
        if (bias != nullptr) gates[row] += bias[row];
      }
      const float *i = gates, *f = i + hidden, *g = f + hidden, *o = g + hidden;
      for (uint32_t j = 0; j < hidden; ++j) {
        c[j] = sigmoid(f[j]) * c[j] + sigmoid(i[j]) * std::tanh(g[j]);
        y[j] = sigmoid(o[j]) * std::tanh(c[j]);
      }
    });
  }
}

template <typename Rows>
constexpr Kernel kernel(const char* name) {
  return {name, OpType::kLstm, Rows::kForm, Isa::kGeneric, nullptr, nullptr, recurrent_units, run<Rows>, scratch};
}

}  // namespace

const Kernel kLstmSparseGeneric = kernel<SparseRows>("lstm_sparse_generic");
const Kernel kLstmDenseSharedGeneric = kernel<DenseSharedRows>("lstm_dense_shared_generic");
const Kernel kLstmDenseGeneric = kernel<DenseRows>("lstm_dense_generic");

}  // namespace dcm
