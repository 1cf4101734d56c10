// MatMul for any instruction set: included below a header that defines Simd.
#pragma once

#include "kernels/simd/matrix_product.h"

namespace dcm {
namespace {

// A unit is one row of a matrix of the output.
uint64_t row_units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().product(0, site.output().rank - 1) * batch;
}

void run_mat_mul(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Shape &a = call.site->input(0), &b = call.site->input(1), &output = call.site->output();
  const uint64_t m = output.dims[output.rank - 2], n = output.dims[output.rank - 1], k = a.dims[a.rank - 1];
  const OperandMatrices of_a(a, output, call.batch), of_b(b, output, call.batch);
  for (uint64_t unit = begin; unit < end;) {
    const uint64_t matrix = unit / m, row = unit % m, rows = m - row < end - unit ? m - row : end - unit;
    multiply({call.inputs[0] + of_a.at(matrix) + row * k, k}, rows, {call.inputs[1] + of_b.at(matrix), n}, k, n,
             call.outputs[0] + unit * n, n);
    unit += rows;
  }
}

}  // namespace
}  // namespace dcm
