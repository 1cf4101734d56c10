// From the file's tables to the resident graph.
#pragma once

#include "format/schema.h"
#include "format/visit_meter.h"
#include "format/weight.h"
#include "graph/graph.h"

namespace dcm {

// Checks sections 3 and 7 of docs/format.md: ids, names, attributes; works out every shape. The weights' shapes and
// forms are known (verify_weights()). Nothing refers to the file afterwards.
Status build_graph(const fb::Model& model, const Array<Weight>& weights, MemoryBudget& budget, VisitMeter& meter,
                   Graph* graph);

// The same, for the metadata, of which the runtime keeps nothing.
Status verify_metadata(const fb::Metadata* metadata, MemoryBudget& budget, VisitMeter& meter);

}  // namespace dcm
