// Operators that are computed by the kernel of the one before them: an Add of what a convolution makes and something
// that is there already, a pool of it, and a depthwise convolution of it are applied to the convolution's results as it
// writes them.
#pragma once

#include "kernels/isa.h"
#include "plan/storage.h"

namespace dcm {

struct PlannedOp;

// Finds them, and tells both sides: the convolution's site (Site::fused) and the fused operator, whose kernel then says
// that there is nothing left to run. Kernels have been chosen, of instruction sets up to `best`, and nothing is
// prepared; a convolution may get another one, which exists for such pairs alone. hosts: for each operator, the one
// that computes it, or kNoHost.
Status fuse(const Graph& graph, Isa best, MemoryBudget& budget, Array<PlannedOp>* ops, Array<uint32_t>* hosts);

}  // namespace dcm
