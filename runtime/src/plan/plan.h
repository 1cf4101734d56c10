// How a model runs: a kernel for each operator and a place for each value.
#pragma once

#include "format/weight.h"
#include "graph/graph.h"
#include "kernels/kernel.h"
#include "plan/storage.h"

namespace dcm {

struct PlannedOp {
  Site site;
  const Kernel* kernel = nullptr;
  Prepared prepared;
  uint64_t macs = 0;     // multiply-accumulates a sample, zero weights not counted; a fused operator's are its host's
  uint64_t work = 0;     // the same, or elements that it reads and writes where those are more
  char reason[96] = "";  // why this kernel
  // Where kernels say what they are expected to take: this one, and the one that would take the least of the others,
  // null if there is none. Nanoseconds of one sample on one core.
  double expected_ns = 0, other_ns = 0;
  const Kernel* other = nullptr;
};

struct Plan {
  Array<PlannedOp> ops;  // in order of execution
  StorageMap storage;
  uint32_t most_inputs = 0;    // of any operator
  uint64_t scratch_bytes = 0;  // of any operator, for each thread; a multiple of kMemoryAlignment

  // Chooses and prepares the kernels. The graph and the weights outlive the plan and stay where they are. isa: of the
  // options, or null. alone: the CPU runs the whole graph. Then operators are fused, and arrays of weights that no
  // kernel reads any more are given back.
  Status build(const Graph& graph, Array<Weight>& weights, const char* isa, bool alone, MemoryBudget& budget);
};

}  // namespace dcm
