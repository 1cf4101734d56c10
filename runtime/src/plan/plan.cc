#include "plan/plan.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "ops/op_rule.h"
#include "plan/fusion.h"
#include "plan/kernel_choice.h"

namespace dcm {
namespace {

// Elements of all that the operator reads and writes, for one sample.
uint64_t elements_of(const Site& site) {
  uint64_t elements = 0;
  for (uint32_t k = 0; k < site.inputs(); ++k) elements += site.input(k).elements();
  for (uint32_t k = 0; k < site.op->output_count; ++k) elements += site.output(k).elements();
  return elements;
}

void explain(IsaChoice choice, PlannedOp* planned) {
  const Weight* weight = planned->site.weights[kWeight];
  char form[48] = "";
  if (weight != nullptr)
    std::snprintf(form, sizeof form, "%s weight, %.1f %% non-zero; ", weight_form_name(weight->form),
                  100.0 * static_cast<double>(weight->nonzeros) / static_cast<double>(weight->elements()));
  const char* isa = isa_name(planned->kernel->isa);
  if (planned->kernel->run == nullptr)
    std::snprintf(planned->reason, sizeof planned->reason, "nothing to compute: %s",
                  weight == nullptr ? "the same memory, another shape" : "the weight as it is");
  else if (planned->kernel->isa != choice.best && planned->kernel->isa != Isa::kGeneric)
    std::snprintf(planned->reason, sizeof planned->reason, "%s%s %s %s", form, isa,
                  planned->other != nullptr ? "is expected to be faster than" : "vectors fit its rows better than",
                  isa_name(choice.best));
  else if (planned->kernel->isa != choice.best)
    std::snprintf(planned->reason, sizeof planned->reason, "%sno %s kernel for it", form, isa_name(choice.best));
  else
    std::snprintf(planned->reason, sizeof planned->reason, "%s%s %s%s", form, isa,
                  choice.forced_by != nullptr ? "is forced by " : "is the best this CPU and build have",
                  choice.forced_by != nullptr ? choice.forced_by : "");
}

// How many times operators name each weight.
void count_users(const Graph& graph, Array<uint32_t>* users) {
  for (uint32_t& count : *users) count = 0;
  for (const Op& op : graph.ops)
    for (const uint32_t weight : op.weights)
      if (weight != kNoWeight) ++(*users)[weight];
}

// Bounds what planning takes of time: for each operator kernels walk over its weight, to see whether it suits them and
// to lay it out, and a hostile file lets thousands of operators name one that is large in memory. Weights that have one
// operator each are within the limit, since they are in memory.
Status verify_walks(const Graph& graph, const Array<Weight>& weights, const MemoryBudget& budget) {
  Checked bytes = 0;
  for (const Op& op : graph.ops)
    for (const uint32_t weight : op.weights)
      if (weight != kNoWeight && weights[weight].form != WeightForm::kDense) bytes += weights[weight].bytes();
  if (bytes.within(budget.limit())) return {};
  return Status::error(DCM_MACHINE_LIMIT,
                       "so many operators name the same weights that these come to more than the limit of %" PRIu64
                       " bytes, each counted as often as it is named",
                       budget.limit());
}

Status prepare_op(IsaChoice choice, MemoryBudget& budget, PlannedOp* planned) {
  if (planned->kernel->prepare != nullptr) DCM_TRY(planned->kernel->prepare(planned->site, budget, &planned->prepared));
  const OpRule& rule = op_rule(planned->site.op->type);
  if (rule.macs != nullptr) planned->macs = rule.macs(planned->site);
  planned->work = std::max(planned->macs, elements_of(planned->site));
  if (planned->reason[0] == '\0') explain(choice, planned);
  return {};
}

}  // namespace

Status Plan::build(const Graph& graph, Array<Weight>& weights, const char* isa, bool alone, MemoryBudget& budget) {
  const Result<IsaChoice> choice = choose_isa(isa);
  if (!choice.ok()) return choice.status();
  DCM_TRY(verify_walks(graph, weights, budget));
  DCM_TRY(ops.allocate(budget, graph.ops.size()));
  Array<uint32_t> users;
  DCM_TRY(users.allocate(budget, weights.size()));
  count_users(graph, &users);
  Array<uint32_t> hosts;
  DCM_TRY(hosts.allocate(budget, ops.size()));
  const auto in_op = [&graph](uint32_t i, const Status& status) {
    return status.in("%s '%s' (operator %u)", op_rule(graph.ops[i].type).type, graph.name(graph.ops[i].name), i);
  };
  for (uint32_t i = 0; i < ops.size(); ++i) {
    hosts[i] = kNoHost;
    ops[i].site = site_of(graph.ops[i], graph, weights);
    choose_kernel(kernel_table(), choice.value().best, &ops[i]);
    if (ops[i].kernel == nullptr)
      return in_op(i, Status::error(DCM_MACHINE_UNSUPPORTED, "this build has no kernel for it"));
  }
  if (alone) DCM_TRY(fuse(graph, choice.value().best, budget, &ops, &hosts));
  for (uint32_t i = 0; i < ops.size(); ++i) {
    DCM_TRY(in_op(i, prepare_op(choice.value(), budget, &ops[i])));
    if (hosts[i] != kNoHost) ops[hosts[i]].macs += std::exchange(ops[i].macs, 0);
    if (alone && ops[i].kernel->replaces_weight && users[graph.ops[i].weights[kWeight]] == 1)
      weights[graph.ops[i].weights[kWeight]].release();
    most_inputs = std::max(most_inputs, graph.ops[i].input_count);
    if (ops[i].kernel->scratch != nullptr)
      scratch_bytes =
          std::max(scratch_bytes,
                   Checked(ops[i].kernel->scratch(ops[i].site, ops[i].prepared)).aligned(kMemoryAlignment).value());
  }
  return storage.build(graph, hosts, budget);
}

}  // namespace dcm
