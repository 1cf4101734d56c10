// Sections 4 to 6 of docs/format.md, as far as they can be checked without decoding.
#pragma once

#include "core/array.h"
#include "format/container.h"
#include "format/visit_meter.h"
#include "format/weight.h"

namespace dcm {

// Checks every weight of the model and fills in its shape and form; the arrays stay empty. Every section lies inside
// the payload and overlaps no other. MACHINE_LIMIT if the decoded weights would not fit the budget; nothing large is
// allocated before that is known.
Status verify_weights(const Container& file, MemoryBudget& budget, VisitMeter& meter, Array<Weight>* weights);

}  // namespace dcm
