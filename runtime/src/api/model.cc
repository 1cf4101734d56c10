#include "api/model.h"

#include <cstdio>
#include <cstring>

#include "api/options.h"
#include "core/clock.h"
#include "core/thread_pool.h"
#include "format/container.h"
#include "format/decode_weights.h"
#include "format/memory_bound.h"
#include "format/verify_weights.h"
#include "graph/build_graph.h"
#include "signature/signed_content.h"

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
  size_t size = source.size();
  if (options.public_key != nullptr) {
    const dcm::Result<size_t> content = dcm::signed_content(source.data(), size, options.public_key);
    if (!content.ok()) return content.status();
    size = content.value();  // nothing behind it is looked at
  }
  dcm::Container container;
  DCM_TRY(container.open(source.data(), size, budget));
  const dcm::fb::Model& file = container.model();
  dcm::VisitMeter meter(container.bytes());
  DCM_TRY(dcm::verify_weights(container, budget, meter, &weights));
  DCM_TRY(dcm::build_graph(file, weights, budget, meter, &graph));
  DCM_TRY(dcm::read_metadata(file.metadata(), budget, meter, &metadata));
  watch.lap(&load_info.verify_ns);

  {
    dcm::ThreadPool pool;
    DCM_TRY(dcm::start_threads(options, budget, &pool));
    dcm::DecodeOptions decode;
    decode.check_checksums = options.skip_checksum == 0;
    DCM_TRY(dcm::decode_weights(container, decode, budget, pool, &weights));
    watch.lap(&load_info.decode_ns);
    DCM_TRY(place(options, pool));
  }
  DCM_TRY(plan.build(graph, weights, options.isa, accelerator == nullptr, budget));
  for (const dcm::Weight& weight : weights) load_info.weight_bytes += weight.bytes();
  for (const dcm::PlannedOp& op : plan.ops) load_info.weight_bytes += op.prepared.size();
  watch.lap(&load_info.plan_ns);
  return {};
}

// On the device that is asked for, if that can be.
dcm::Status dcm_model::place(const dcm_options& options, dcm::ThreadPool& pool) {
  const dcm::Result<const char*> device = dcm::choose_device(options);
  if (!device.ok()) return device.status();
  if (std::strcmp(device.value(), "cpu") != 0)
    fallback =
        dcm::open_accelerator(device.value(), graph, weights, options.cache_directory, pool, budget, &accelerator);
  return {};
}

void dcm_model::describe_device(dcm_device_report* report) const {
  if (accelerator != nullptr) {
    dcm::describe_accelerator(*accelerator, report);
    return;
  }
  std::snprintf(report->device, sizeof report->device, "cpu");
  std::snprintf(report->fallback, sizeof report->fallback, "%s", fallback.text());
  for (const dcm::PlannedOp& op : plan.ops) report->ops += op.kernel->run != nullptr;
}
