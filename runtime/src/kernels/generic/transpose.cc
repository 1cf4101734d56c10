#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/strided_view.h"

namespace dcm {
namespace {

// A unit is one element.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().elements() * batch;
}

void run(const Call& call, uint64_t begin, uint64_t end, void*) {
  const Shape &input = call.site->input(), &output = call.site->output();
  const TransposeAttributes& transpose = call.site->op->attributes.transpose;
  StridedView view;
  for (uint32_t i = 0; i < output.rank; ++i)
    view.add_axis(i == 0 ? uint64_t{output.dims[0]} * call.batch : output.dims[i],
                  axis_step(input, transpose.permutation[i]));
  copy_view(view, call.inputs[0], call.outputs[0], begin, end);
}

}  // namespace

const Kernel kTransposeGeneric = {
    "transpose_generic", OpType::kTranspose, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};

}  // namespace dcm
