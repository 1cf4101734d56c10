#include "plan/fusion.h"

#include <cstdio>
#include <utility>

#include "kernels/kernel_table.h"
#include "plan/plan.h"

namespace dcm {
namespace {

// What a fused operator shows in the place of a kernel.
constexpr Kernel kFused[] = {
    {"add_fused", OpType::kAdd, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, nullptr, nullptr},
    {"conv2d_fused", OpType::kConv2d, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, nullptr, nullptr},
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

bool fuses(const Kernel& kernel, const Site& site, const Op& next) {
  return kernel.fuses != nullptr && kernel.fuses(site, next);
}

// The kernel that computes both: the one that was chosen, or else one that exists for such pairs. Null if none can.
const Kernel* kernel_of_both(const PlannedOp& host, const Op& next, Isa best) {
  if (fuses(*host.kernel, host.site, next)) return host.kernel;
  for (uint32_t isa = static_cast<uint32_t>(best) + 1; isa-- > 0;)
    for (const Kernel* kernel : kernel_table())
      if (kernel->isa == static_cast<Isa>(isa) && kernel->op == host.site.op->type &&
          kernel->form == host.kernel->form && kernel->work == nullptr && fuses(*kernel, host.site, next))
        return kernel;
  return nullptr;
}

bool keeps_shape(const Graph& graph, const Op& op) {
  for (uint32_t k = 0; k < op.input_count; ++k)
    if (!(graph.shapes[graph.input_of(op, k)] == graph.shapes[op.first_output])) return false;
  return true;
}

}  // namespace

Status fuse(const Graph& graph, Isa best, MemoryBudget& budget, Array<PlannedOp>* ops, Array<uint32_t>* hosts) {
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
    const Kernel* const nothing = fused_kernel(op.type);
    if (nothing == nullptr || (op.type == OpType::kAdd && !keeps_shape(graph, op))) continue;
    const Value& value = values[last_made(graph, op, values)];
    if (value.maker == kNoHost || value.readers != 1) continue;
    PlannedOp& host = (*ops)[value.maker];
    if (host.site.fused != nullptr || host.kernel->run == nullptr) continue;
    const Kernel* const both = kernel_of_both(host, op, best);
    if (both == nullptr) continue;
    PlannedOp& fused = (*ops)[i];
    if (both != host.kernel) {
      host.kernel = both;
      host.other = nullptr;
      host.expected_ns = host.other_ns = 0;
    }
    host.site.fused = &op;
    host.site.fused_weights = fused.site.weights;
    (*hosts)[i] = value.maker;
    fused.kernel = nothing;
    fused.other = nullptr;
    fused.expected_ns = fused.other_ns = 0;
    std::snprintf(fused.reason, sizeof fused.reason, "'%.40s' (operator %u) does it as it writes",
                  graph.name(host.site.op->name), value.maker);
  }
  return {};
}

}  // namespace dcm
