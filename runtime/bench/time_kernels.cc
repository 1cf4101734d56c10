// dcmobile-time-kernels MODEL...: times every kernel that suits an operator, where kernels say what their work is, on
// one core, and prints a line of JSON for each. benchmarks/costs.py fits the costs of kernels/costs.cc to them.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "api/model.h"
#include "core/clock.h"
#include "format/container.h"
#include "format/data_source.h"
#include "format/decode_weights.h"
#include "format/verify_weights.h"
#include "graph/build_graph.h"
#include "kernels/kernel_table.h"
#include "ops/op_rule.h"

namespace dcm {
namespace {

// A model without its plan: weights stay as they were decoded.
struct Unplanned {
  MemoryBudget budget{uint64_t{4} << 30};
  DataSource source;
  Array<Weight> weights;
  Graph graph;

  Status load(const char* path) {
    DCM_TRY(source.open_path(budget, path));
    Container container;
    DCM_TRY(container.open(source.data(), source.size(), budget));
    VisitMeter meter(container.bytes());
    DCM_TRY(verify_weights(container, budget, meter, &weights));
    DCM_TRY(build_graph(container.model(), weights, budget, meter, &graph));
    ThreadPool pool;
    return decode_weights(container, DecodeOptions(), budget, pool, &weights);
  }
};

// Half of the elements are zero, as after a ReLU.
Status fill(MemoryBudget& budget, uint64_t elements, Array<float>* values) {
  DCM_TRY(values->allocate(budget, elements));
  uint32_t state = 1;
  for (float& value : *values) {
    state = state * 1664525u + 1013904223u;
    value = state >> 31 ? static_cast<float>(state >> 8 & 0xffff) * 1e-4f : 0.0f;
  }
  return {};
}

// The fastest of some runs.
Status time_kernel(const Kernel& kernel, const Site& site, MemoryBudget& budget, uint64_t* best_ns) {
  constexpr uint64_t kLeastNs = 30'000'000, kLeastRuns = 5;
  Prepared prepared;
  if (kernel.prepare != nullptr) DCM_TRY(kernel.prepare(site, budget, &prepared));
  Array<float> input, output;
  Array<uint8_t> scratch;
  DCM_TRY(fill(budget, site.input().elements(), &input));
  DCM_TRY(output.allocate(budget, site.output().elements()));
  if (kernel.scratch != nullptr) DCM_TRY(scratch.allocate(budget, kernel.scratch(site, prepared)));
  const float* inputs[] = {input.data()};
  const Call call = {&site, &prepared, 1, inputs, {output.data()}};
  const uint64_t units = kernel.units(site, 1, prepared);
  *best_ns = UINT64_MAX;
  for (uint64_t runs = 0, all = 0; runs < kLeastRuns || all < kLeastNs; ++runs) {
    const uint64_t begin = monotonic_ns();
    kernel.run(call, 0, units, scratch.data());
    const uint64_t ns = monotonic_ns() - begin;
    all += ns;
    if (ns < *best_ns) *best_ns = ns;
  }
  return {};
}

Status time_model(const char* path) {
  const auto model = std::make_unique<Unplanned>();
  DCM_TRY(model->load(path));
  for (const Op& op : model->graph.ops) {
    Site site;
    site.graph = &model->graph;
    site.op = &op;
    for (uint32_t role = 0; role < kWeightRoles; ++role)
      if (op.weights[role] != kNoWeight) site.weights[role] = &model->weights[op.weights[role]];
    for (const Kernel* kernel : kernel_table()) {
      if (kernel->work == nullptr || !isa_available(kernel->isa) || !suits(*kernel, site)) continue;
      uint64_t ns = 0;
      DCM_TRY(time_kernel(*kernel, site, model->budget, &ns));
      const KernelWork work = kernel->work(site);
      std::printf(R"({"model": "%s", "op": "%s", "kernel": "%s", "isa": "%s", "kind": %u, "amounts": [)", path,
                  model->graph.name(op.name), kernel->name, isa_name(kernel->isa), static_cast<unsigned>(work.kind));
      for (uint32_t i = 0; i < kWorkAmounts; ++i) std::printf("%s%.17g", i == 0 ? "" : ", ", work.amounts[i]);
      std::printf("], \"expected_ns\": %.0f, \"ns\": %llu}\n", expected_ns(work, kernel->isa),
                  static_cast<unsigned long long>(ns));
      std::fflush(stdout);
    }
  }
  return {};
}

}  // namespace
}  // namespace dcm

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const dcm::Status status = dcm::time_model(arguments[i]);
    if (status.ok()) continue;
    std::fprintf(stderr, "%s: %s\n", arguments[i], status.text());
    return 1;
  }
  return 0;
}
