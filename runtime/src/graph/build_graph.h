// From the file's tables to the resident graph.
#pragma once

#include "format/schema.h"
#include "format/visit_meter.h"
#include "format/weight.h"
#include "graph/graph.h"

namespace dcm {

// Checks section 3 of docs/format.md: ids, names, attributes; works out every shape. The weights' shapes and
// forms are known (verify_weights()). Nothing refers to the file afterwards.
Status build_graph(const fb::Model& model, const Array<Weight>& weights, MemoryBudget& budget, VisitMeter& meter,
                   Graph* graph);

}  // namespace dcm
