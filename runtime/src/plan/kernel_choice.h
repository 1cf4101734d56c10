// The choice between kernels that can compute the same operator.
#pragma once

#include "kernels/kernel_table.h"
#include "plan/plan.h"

namespace dcm {

// Of the table's kernels that suit planned->site, in order: those of the best instruction set first, then those of
// slower ones; of one set as the table has them. Takes the first, unless that says what it is expected to take: then,
// of all before the first that does not say, the one that is expected to take the least. Sets kernel, expected_ns,
// other and other_ns; kernel stays null if none suits.
void choose_kernel(const KernelTable& table, Isa best, PlannedOp* planned);

}  // namespace dcm
