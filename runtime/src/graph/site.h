// An operator with all that it depends on.
#pragma once

#include "format/weight.h"
#include "graph/graph.h"

namespace dcm {

// The pointers live as long as the model.
struct Site {
  const Graph* graph = nullptr;
  const Op* op = nullptr;
  const Weight* weights[kWeightRoles] = {};  // by role, null where it has none
  // An operator that the kernel applies to its results as it writes them (plan/fusion.h), or null.
  const Op* fused = nullptr;
  const Weight* const* fused_weights = nullptr;  // the same of it, by role

  uint32_t inputs() const { return op->input_count; }
  const Shape& input(uint32_t k = 0) const { return graph->shapes[graph->input_of(*op, k)]; }
  // Fits: k is below the operator's output_count.
  const Shape& output(uint32_t k = 0) const { return graph->shapes[op->first_output + k]; }
  // What the kernel writes.
  const Shape& written() const { return fused == nullptr ? output() : graph->shapes[fused->first_output]; }
  bool adds() const { return fused != nullptr && fused->type == OpType::kAdd; }
  // What the results go through at the end.
  Activation activation() const { return adds() ? fused->activation : op->activation; }
  const Weight& weight() const { return *weights[kWeight]; }
  // The values of a dense weight (after decoding), or null if it has none.
  const float* dense(WeightRole role) const {
    return weights[role] == nullptr ? nullptr : weights[role]->values.data();
  }
};

inline Site site_of(const Op& op, const Graph& graph, const Array<Weight>& weights) {
  Site site;
  site.graph = &graph;
  site.op = &op;
  for (uint32_t role = 0; role < kWeightRoles; ++role)
    if (op.weights[role] != kNoWeight) site.weights[role] = &weights[op.weights[role]];
  return site;
}

}  // namespace dcm
