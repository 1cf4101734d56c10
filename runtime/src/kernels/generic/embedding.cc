#include <algorithm>
#include <cmath>

#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/weight_rows.h"

namespace dcm {
namespace {

// A unit is one element of the input, a row of the output.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return site.input().elements() * batch;
}

// All rows are found before any is copied: an index from outside would read memory that is not the weight's.
Status check(const Call& call) {
  const uint32_t rows = call.site->weight().rows;
  const uint64_t count = units(*call.site, call.batch, *call.prepared);
  for (uint64_t i = 0; i < count; ++i) {
    const double x = call.inputs[0][i];  // holds any number of rows
    if (!(x >= 0.0 && x < rows && x == std::floor(x)))
      return Status::error(DCM_CALL_VALUE, "its input holds %.9g, expected whole numbers from 0 to %u", x, rows - 1);
  }
  return {};
}

template <typename Rows>
void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Weight& weight = call.site->weight();
  const Rows rows(weight);
  for (uint64_t unit = begin; unit < end; ++unit) {
    float* y = call.outputs[0] + unit * weight.columns;
    std::fill(y, y + weight.columns, 0.0f);
    rows.visit(static_cast<uint64_t>(call.inputs[0][unit]), [&](uint32_t column, float value) { y[column] = value; });
  }
}

template <typename Rows>
constexpr Kernel kernel(const char* name) {
  return {name, OpType::kEmbedding, Rows::kForm, Isa::kGeneric, nullptr, nullptr, units, run<Rows>, nullptr, check};
}

}  // namespace

const Kernel kEmbeddingSparseGeneric = kernel<SparseRows>("embedding_sparse_generic");
const Kernel kEmbeddingDenseSharedGeneric = kernel<DenseSharedRows>("embedding_dense_shared_generic");
const Kernel kEmbeddingDenseGeneric = kernel<DenseRows>("embedding_dense_generic");

}  // namespace dcm
