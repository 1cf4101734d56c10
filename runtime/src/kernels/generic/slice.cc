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
  const SliceAttributes& slice = call.site->op->attributes.slice;
  StridedView view(slice.start * axis_step(input, slice.axis));
  for (uint32_t i = 0; i < output.rank; ++i)
    view.add_axis(i == 0 ? uint64_t{output.dims[0]} * call.batch : output.dims[i],
                  axis_step(input, i) * (i == slice.axis ? slice.step : 1));
  copy_view(view, call.inputs[0], call.outputs[0], begin, end);
}

}  // namespace

const Kernel kSliceGeneric = {
    "slice_generic", OpType::kSlice, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};

}  // namespace dcm
