// What a dcm_model is.
#pragma once

#include "format/data_source.h"
#include "format/weight.h"
#include "graph/graph.h"
#include "graph/metadata.h"
#include "plan/plan.h"

// Immutable once load() has succeeded.
struct dcm_model {
  explicit dcm_model(uint64_t memory_limit) : budget(memory_limit) {}

  // Verify, decode, plan. Nothing refers to the source afterwards.
  dcm::Status load(const dcm::DataSource& source, const dcm_options& options);

  dcm::MemoryBudget budget;  // first: it outlives the arrays
  dcm::Array<dcm::Weight> weights;
  dcm::Graph graph;
  dcm::Metadata metadata;
  dcm::Plan plan;
  dcm_load_info load_info = {};
};
