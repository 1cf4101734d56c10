// What a dcm_model is.
#pragma once

#include "api/accelerator.h"
#include "format/data_source.h"
#include "format/weight.h"
#include "graph/graph.h"
#include "graph/metadata.h"
#include "plan/plan.h"

// Immutable once load() has succeeded.
struct dcm_model {
  explicit dcm_model(uint64_t memory_limit) : budget(memory_limit) {}
  dcm_model(const dcm_model&) = delete;
  dcm_model& operator=(const dcm_model&) = delete;
  ~dcm_model() { dcm::close_accelerator(accelerator); }

  // Verify, decode, plan. Nothing refers to the source afterwards.
  dcm::Status load(const dcm::DataSource& source, const dcm_options& options);

  // Fills a report of zeros.
  void describe_device(dcm_device_report* report) const;

  dcm::MemoryBudget budget;  // first: it outlives the arrays
  dcm::Array<dcm::Weight> weights;
  dcm::Graph graph;
  dcm::Metadata metadata;
  dcm::Plan plan;
  dcm_load_info load_info = {};
  dcm::Accelerator* accelerator = nullptr;  // null: the CPU runs it all
  dcm::Status fallback;                     // why, if a device was asked for

 private:
  dcm::Status place(const dcm_options& options, dcm::ThreadPool& pool);
};
