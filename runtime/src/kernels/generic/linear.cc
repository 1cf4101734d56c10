#include "kernels/generic/activation.h"
#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/weight_rows.h"

namespace dcm {
namespace {

// A unit is one element of the output: a row of the weight times a row of the input.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().elements() * batch;
}

template <typename Rows>
void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Weight& weight = call.site->weight();
  const Rows rows(weight);
  const float* bias = call.site->dense(kBias);
  for (uint64_t unit = begin; unit < end; ++unit) {
    const uint64_t sample = unit / weight.rows, row = unit % weight.rows;
    const float sum = rows.dot(row, call.inputs[0] + sample * weight.columns);
    call.outputs[0][unit] = bias == nullptr ? sum : sum + bias[row];
  }
  activate(call.site->op->activation, call.outputs[0] + begin, end - begin);
}

template <typename Rows>
constexpr Kernel kernel(const char* name) {
  return {name, OpType::kLinear, Rows::kForm, Isa::kGeneric, nullptr, nullptr, units, run<Rows>};
}

}  // namespace

const Kernel kLinearSparseGeneric = kernel<SparseRows>("linear_sparse_generic");
const Kernel kLinearDenseSharedGeneric = kernel<DenseSharedRows>("linear_dense_shared_generic");
const Kernel kLinearDenseGeneric = kernel<DenseRows>("linear_dense_generic");

}  // namespace dcm
