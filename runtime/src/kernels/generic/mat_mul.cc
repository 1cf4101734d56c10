// Rows of the output are sums of rows of b, so that all memory is met in order. A few rows of a and a stretch of
// columns at a time: what is summed into stays in the first cache, and each row of b that comes from memory is used for
// several.
#include <algorithm>

#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/operand_matrices.h"

namespace dcm {
namespace {

constexpr uint64_t kRows = 8, kColumns = 256;  // 8 KiB of sums

// A unit is one row of a matrix of the output.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().product(0, site.output().rank - 1) * batch;
}

// y [rows, n] = a [rows, k] b [k, n]; each sum in order of k, whatever the number of rows.
template <uint64_t rows>
void multiply(const float* a, const float* b, float* y, uint64_t k, uint64_t n) {
  for (uint64_t column = 0; column < n; column += kColumns) {
    const uint64_t columns = std::min(kColumns, n - column);
    float sums[rows][kColumns] = {};
    for (uint64_t i = 0; i < k; ++i) {
      const float* from = b + i * n + column;
      for (uint64_t row = 0; row < rows; ++row) {
        const float factor = a[row * k + i];
        for (uint64_t j = 0; j < columns; ++j) sums[row][j] += factor * from[j];
      }
    }
    for (uint64_t row = 0; row < rows; ++row) std::copy(sums[row], sums[row] + columns, y + row * n + column);
  }
}

void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Shape &a = call.site->input(0), &b = call.site->input(1), &output = call.site->output();
  const uint64_t m = output.dims[output.rank - 2], n = output.dims[output.rank - 1], k = a.dims[a.rank - 1];
  const OperandMatrices of_a(a, output, call.batch), of_b(b, output, call.batch);
  for (uint64_t unit = begin; unit < end;) {
    const uint64_t matrix = unit / m, row = unit % m;
    const float* from_a = call.inputs[0] + of_a.at(matrix) + row * k;
    const float* from_b = call.inputs[1] + of_b.at(matrix);
    float* y = call.outputs[0] + unit * n;
    if (std::min(end - unit, m - row) >= kRows) {
      multiply<kRows>(from_a, from_b, y, k, n);
      unit += kRows;
    } else {
      multiply<1>(from_a, from_b, y, k, n);
      ++unit;
    }
  }
}

}  // namespace

const Kernel kMatMulGeneric = {
    "mat_mul_generic", OpType::kMatMul, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};

}  // namespace dcm
