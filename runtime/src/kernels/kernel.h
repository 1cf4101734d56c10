// What a kernel is: code that computes one operator, for one form of its weight, on one instruction set.
#pragma once

#include <cstdint>

#include "core/array.h"
#include "format/weight.h"
#include "graph/graph.h"
#include "kernels/isa.h"

namespace dcm {

// An operator with all that is known about it at load. The pointers live as long as the model.
struct Site {
  const Op* op;
  const Weight* weight;  // null if it has none
  const float* bias;     // null if it has none
  const Shape* inputs[kMaxOpInputs];
  const Shape* output;
};

// What a kernel works out once, at load, for one site: plain data that only it understands.
using Prepared = Array<uint8_t>;

// One run of a site.
struct Call {
  const Site* site;
  const Prepared* prepared;
  uint32_t batch;                     // how many times the shapes' samples; 1 if the graph has no batch
  const float* inputs[kMaxOpInputs];  // aligned for float only: they may be the caller's
  float* output;                      // overlaps no input
};

struct Kernel {
  const char* name;  // operator_form_isa
  OpType op;
  WeightForm form;  // of the weight; kNone for operators without one
  Isa isa;
  // Whether it can compute the site; null: every one of its operator and form.
  bool (*supports)(const Site& site);
  // Fills prepared; null: there is nothing to prepare.
  Status (*prepare)(const Site& site, MemoryBudget& budget, Prepared* prepared);
  // The work of a call is this many units, each of which writes its own part of the output and depends on nothing but
  // the inputs, so that neither the batch nor the number of threads changes a result. Null (with run) for views.
  uint64_t (*units)(const Site& site, uint32_t batch);
  // Computes units begin .. end - 1.
  void (*run)(const Call& call, uint64_t begin, uint64_t end);
};

}  // namespace dcm
