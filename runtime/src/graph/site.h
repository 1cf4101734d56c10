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

  uint32_t inputs() const { return op->input_count; }
  const Shape& input(uint32_t k = 0) const { return graph->shapes[graph->input_of(*op, k)]; }
  const Shape& output(uint32_t k = 0) const { return graph->shapes[op->first_output + k]; }
  const Weight& weight() const { return *weights[kWeight]; }
  // The values of a dense weight (after decoding), or null if it has none.
  const float* dense(WeightRole role) const {
    return weights[role] == nullptr ? nullptr : weights[role]->values.data();
  }
};

}  // namespace dcm
