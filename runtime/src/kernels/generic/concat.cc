#include <algorithm>

#include "kernels/generic/generic_kernels.h"

namespace dcm {
namespace {

// A unit is one element of the output.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().elements() * batch;
}

// What comes before the axis counts rows; a row of the output is a row of each input, one after another.
void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Site& site = *call.site;
  const Shape& output = site.output();
  const uint32_t axis = site.op->attributes.concat.axis;
  const uint64_t inner = output.product(axis + 1, output.rank), row_size = output.dims[axis] * inner;
  float* y = call.outputs[0];
  for (uint64_t at = begin; at < end;) {
    const uint64_t row = at / row_size;
    uint64_t piece_begin = row * row_size;  // in the output
    for (uint32_t k = 0; k < site.inputs() && at < end; ++k) {
      const uint64_t piece = site.input(k).dims[axis] * inner, piece_end = piece_begin + piece;
      if (at < piece_end) {
        const uint64_t count = std::min(piece_end, end) - at;
        const float* from = call.inputs[k] + row * piece + (at - piece_begin);
        std::copy(from, from + count, y + at);
        at += count;
      }
      piece_begin = piece_end;
    }
  }
}

}  // namespace

const Kernel kConcatGeneric = {
    "concat_generic", OpType::kConcat, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};

}  // namespace dcm
