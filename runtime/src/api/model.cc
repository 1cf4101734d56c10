#include "api/model.h"

#include "api/options.h"
#include "core/clock.h"
#include "core/thread_pool.h"
#include "format/container.h"
#include "format/decode_weights.h"
#include "format/memory_bound.h"
#include "format/verify_weights.h"
#include "graph/build_graph.h"

namespace {

// Sets *ns to the time since the last call.
class Stopwatch {
 public:
  void lap(uint64_t* ns) {
    const uint64_t now = dcm::monotonic_ns();
    *ns = now - last_;
    last_ = now;
  }

 private:
  uint64_t last_ = dcm::monotonic_ns();
};

}  // namespace

dcm::Status dcm_model::load(const dcm::DataSource& source, const dcm_options& options) {
  Stopwatch watch;
  load_info.file_bytes = source.size();
  budget.lower_limit(dcm::memory_bound(source.size()), "the limit for a file of its size");
  dcm::Result<const dcm::fb::Model*> root = dcm::verify_container(source.data(), source.size());
  if (!root.ok()) return root.status();
  const dcm::fb::Model& file = *root.value();
  dcm::VisitMeter meter(source.size());
  DCM_TRY(dcm::verify_weights(file, budget, meter, &weights));
  DCM_TRY(dcm::build_graph(file, weights, budget, meter, &graph));
  DCM_TRY(dcm::read_metadata(file.metadata(), budget, meter, &metadata));
  watch.lap(&load_info.verify_ns);

  {
    dcm::ThreadPool pool;
    DCM_TRY(dcm::start_threads(options, budget, &pool));
    dcm::DecodeOptions decode;
    decode.check_checksums = options.skip_checksum == 0;
    DCM_TRY(dcm::decode_weights(file, decode, budget, pool, &weights));
  }
  watch.lap(&load_info.decode_ns);

  DCM_TRY(plan.build(graph, weights, options.isa, budget));
  for (const dcm::Weight& weight : weights) load_info.weight_bytes += weight.bytes();
  for (const dcm::PlannedOp& op : plan.ops) load_info.weight_bytes += op.prepared.size();
  watch.lap(&load_info.plan_ns);
  return {};
}
