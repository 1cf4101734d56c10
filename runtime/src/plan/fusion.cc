#include "plan/fusion.h"

#include <cstdio>
#include <utility>

#include "plan/plan.h"

namespace dcm {
namespace {

// What a fused operator shows in the place of a kernel.
constexpr Kernel kFused[] = {
    {"add_fused", OpType::kAdd, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, nullptr, nullptr},
    {"max_pool2d_fused", OpType::kMaxPool2d, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, nullptr, nullptr}};

const Kernel* fused_kernel(OpType op) {
  for (const Kernel& kernel : kFused)
    if (kernel.op == op) return &kernel;
  return nullptr;
}

struct Value {
  uint32_t maker;  // the operator; kNoHost: an input of the network
  uint32_t readers;
};

// The operand of op that is made last. An input of the network is made before all.
uint32_t last_made(const Graph& graph, const Op& op, const Array<Value>& values) {
  uint32_t last = graph.input_of(op, 0);
  for (uint32_t k = 1; k < op.input_count; ++k) {
    const uint32_t value = graph.input_of(op, k);
    if (values[value].maker != kNoHost && (values[last].maker == kNoHost || values[value].maker > values[last].maker))
      last = value;
  }
  return last;
}

bool keeps_shape(const Graph& graph, const Op& op) {
  for (uint32_t k = 0; k < op.input_count; ++k)
    if (!(graph.shapes[graph.input_of(op, k)] == graph.shapes[op.first_output])) return false;
  return true;
}

}  // namespace

Status fuse(const Graph& graph, MemoryBudget& budget, Array<PlannedOp>* ops, Array<uint32_t>* hosts) {
  Array<Value> values;
  DCM_TRY(values.allocate(budget, graph.shapes.size()));
  for (Value& value : values) value = {kNoHost, 0};
  for (uint32_t i = 0; i < graph.ops.size(); ++i) {
    const Op& op = graph.ops[i];
    for (uint32_t k = 0; k < op.input_count; ++k) ++values[graph.input_of(op, k)].readers;
    for (uint32_t k = 0; k < op.output_count; ++k) values[op.first_output + k].maker = i;
  }
  for (const Port& output : graph.outputs) ++values[output.value].readers;

  for (uint32_t i = 0; i < graph.ops.size(); ++i) {
    const Op& op = graph.ops[i];
    const Kernel* const kernel = fused_kernel(op.type);
    if (kernel == nullptr || (op.type == OpType::kAdd && !keeps_shape(graph, op))) continue;
    const Value& value = values[last_made(graph, op, values)];
    if (value.maker == kNoHost || value.readers != 1) continue;
    PlannedOp& host = (*ops)[value.maker];
    if (host.site.fused != nullptr || host.kernel->fuses == nullptr || !host.kernel->fuses(host.site, op)) continue;
    host.site.fused = &op;
    (*hosts)[i] = value.maker;
    PlannedOp& fused = (*ops)[i];
    fused.kernel = kernel;
    fused.other = nullptr;
    fused.expected_ns = fused.other_ns = 0;
    std::snprintf(fused.reason, sizeof fused.reason, "'%.40s' (operator %u) does it as it writes",
                  graph.name(host.site.op->name), value.maker);
  }
  return {};
}

}  // namespace dcm
