#include "vulkan/small_site.h"

#include <algorithm>

#include "ops/op_rule.h"

namespace dcm::vulkan {

Status SmallSite::build(const Site& site, uint32_t most, MemoryBudget& budget) {
  const Op& op = *site.op;
  const uint32_t inputs = site.inputs();
  DCM_TRY(graph_.shapes.allocate(budget, inputs + op.output_count));
  DCM_TRY(graph_.ops.allocate(budget, 1));
  DCM_TRY(graph_.op_inputs.allocate(budget, inputs));
  graph_.batched = site.graph->batched;
  for (uint32_t k = 0; k < inputs; ++k) {
    Shape& shape = graph_.shapes[k] = site.input(k);
    if (shape.rank == 4 && shape.batched)
      for (uint32_t axis = 2; axis < 4; ++axis) shape.dims[axis] = std::min(shape.dims[axis], most);
    graph_.op_inputs[k] = k;
  }
  graph_.ops[0] = op;
  graph_.ops[0].first_input = 0;
  graph_.ops[0].first_output = inputs;
  site_ = site;
  site_.graph = &graph_;
  site_.op = &graph_.ops[0];
  Shape outputs[kMaxOpOutputs];
  DCM_TRY(op_rule(op.type).infer(site_, &graph_.ops[0], outputs));
  for (uint32_t k = 0; k < op.output_count; ++k) {
    DCM_TRY(verify_shape(outputs[k]));
    graph_.shapes[inputs + k] = outputs[k];
    graph_.shapes[inputs + k].batched = site.output(k).batched;
  }
  return {};
}

}  // namespace dcm::vulkan
