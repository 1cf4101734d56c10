// What a kernel is: code that computes one operator, for one form of its weight, on one instruction set.
#pragma once

#include <cstdint>

#include "core/array.h"
#include "graph/site.h"
#include "kernels/costs.h"
#include "kernels/isa.h"

namespace dcm {

// What a kernel works out once, at load, for one site: plain data that only it understands.
using Prepared = Array<uint8_t>;

// One run of a site.
struct Call {
  const Site* site;
  const Prepared* prepared;
  uint32_t batch;                 // samples of the values that have the batch; 1 if the output has none
  const float* const* inputs;     // aligned for float only: they may be the caller's
  float* outputs[kMaxOpOutputs];  // overlap no input
  const float* added = nullptr;   // the other operand of an Add that is fused, shaped like the output
};

struct Kernel {
  const char* name;  // operator_form_isa
  OpType op;
  WeightForm form;  // of the weight, where it may be of any; else kNone
  Isa isa;
  // Whether it can compute the site; null: every one of its operator and form.
  bool (*supports)(const Site& site);
  // Fills prepared; null: there is nothing to prepare.
  Status (*prepare)(const Site& site, MemoryBudget& budget, Prepared* prepared);
  // The work of a call is this many units, each of which writes its own part of the outputs and depends on nothing but
  // the inputs, so that neither the batch nor the number of threads changes a result. Null (with run) for views.
  uint64_t (*units)(const Site& site, uint32_t batch, const Prepared& prepared);
  // Computes units begin .. end - 1. scratch: as many bytes as `scratch` asks for, the thread's own, uninitialised,
  // aligned to kMemoryAlignment.
  void (*run)(const Call& call, uint64_t begin, uint64_t end, void* scratch);
  // Bytes that each thread needs while it runs; null: none.
  uint64_t (*scratch)(const Site& site, const Prepared& prepared) = nullptr;
  // Looks at the inputs' values before run, for an operator that not all of them suit: CALL_VALUE ends the whole run.
  // Null: any will do.
  Status (*check)(const Call& call) = nullptr;
  // Whether prepared holds all of the weight but its codebook. The weight's arrays are then given back, unless another
  // operator has the same weight.
  bool replaces_weight = false;
  // The work of one sample. Among kernels that say so, a plan takes the one that is expected to take the least time
  // (kernels/costs.h); null: it is better than all that come after it (plan/kernel_choice.h).
  KernelWork (*work)(const Site& site) = nullptr;
  // Whether it can apply that operator to its results as it writes them: then Site::fused says that it shall. It reads
  // what the operator makes of one value of the site's shape, or for an Add of two. Null: none.
  bool (*fuses)(const Site& site, const Op& next) = nullptr;
};

}  // namespace dcm
