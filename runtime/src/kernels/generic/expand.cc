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
  StridedView view;
  for (uint32_t i = 0; i < output.rank; ++i) {
    const bool is_batch = i == 0 && output.batched;
    view.add_axis(is_batch ? call.batch : output.dims[i],
                  is_batch || input.dims[i] == output.dims[i] ? axis_step(input, i) : 0);
  }
  copy_view(view, call.inputs[0], call.outputs[0], begin, end);
}

}  // namespace

const Kernel kExpandGeneric = {
    "expand_generic", OpType::kExpand, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run};

}  // namespace dcm
