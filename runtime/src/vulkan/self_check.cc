#include "vulkan/self_check.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/kernel_table.h"
#include "ops/op_rule.h"
#include "vulkan/lower_op.h"
#include "vulkan/recorder.h"
#include "vulkan/small_site.h"

namespace dcm::vulkan {
namespace {

constexpr double kTolerance = 1e-3;  // of the largest output

// Height and width, and samples, at most: the first that takes the pipelines of the operator as it is. Which those are
// depends on how many pixels and vectors there are.
constexpr uint32_t kAll = 0xFFFFFFFFu;
constexpr struct {
  uint32_t size, samples;
} kSmallCases[] = {{7, 3}, {16, 3}, {34, 3}, {66, 3}, {7, 32}, {kAll, 3}, {kAll, 32}, {kAll, kAll}};

// Numbers that look random, in [-1, 1), or [0.5, 1.5) where an operator takes no others.
class Noise {
 public:
  explicit Noise(bool positive) : positive_(positive) {}

  float next() {
    state_ = state_ * 1664525u + 1013904223u;  // Numerical Recipes, section 7.1
    const float unit = static_cast<float>(state_ >> 8) / 16777216.0f;
    return positive_ ? unit + 0.5f : 2.0f * unit - 1.0f;
  }

 private:
  uint32_t state_ = 1;
  bool positive_;
};

bool needs_positive(OpType type) {
  return type == OpType::kLog || type == OpType::kSqrt || type == OpType::kPower || type == OpType::kPowerScalar ||
         type == OpType::kDivide;
}

const Kernel* reference_kernel(const Site& site) {
  for (const Kernel* kernel : kernel_table())
    if (kernel->isa == Isa::kGeneric && suits(*kernel, site)) return kernel;
  return nullptr;
}

// One operator, computed on both sides from the same inputs.
class Comparison {
 public:
  Comparison(PlacedModel& model, const PlacedOp& placed, const Site& site, uint32_t samples, MemoryBudget& budget)
      : model_(model),
        placed_(placed),
        site_(site),
        samples_(site.output().samples(samples)),
        batch_(samples),
        steps_(budget),
        budget_(budget) {}

  // Its steps.
  Status lower() {
    placed_.lowering->lower(site_, placed_.packed, samples_, model_.device.traits(), steps_);
    return steps_.status();
  }

  Status run() {
    DCM_TRY(lay_out());
    DCM_TRY(run_on_cpu());
    DCM_TRY(run_on_device());
    return compare();
  }

  const StepList& steps() const { return steps_; }

 private:
  uint64_t floats_of(const Shape& shape) const { return shape.elements() * shape.samples(batch_); }
  float* shared(uint64_t at) { return reinterpret_cast<float*>(shared_.mapped() + at); }

  // Inputs, outputs and scratch memory one after another.
  Status lay_out() {
    const Op& op = *site_.op;
    DCM_TRY(at_.allocate(budget_, site_.inputs() + op.output_count + steps_.scratch_count() + 1));
    const uint64_t alignment = model_.device.facts().alignment;
    Checked end = 0;
    uint32_t next = 0;
    const auto add = [&](uint64_t floats) {
      at_[next++] = end.value();
      end = (end + Checked(floats) * sizeof(float)).aligned(alignment);
    };
    for (uint32_t k = 0; k < site_.inputs(); ++k) add(floats_of(site_.input(k)));
    for (uint32_t k = 0; k < op.output_count; ++k) add(floats_of(site_.output(k)));
    for (uint32_t k = 0; k < steps_.scratch_count(); ++k) add(steps_.scratch_floats(k));
    at_[next] = end.value();
    DCM_TRY(shared_.allocate(model_.device, budget_, BufferUse::kShared, end.value()));
    // What a shader forgets to write is then no number.
    std::memset(shared_.mapped(), 0xFF, static_cast<size_t>(end.value()));
    Noise noise(needs_positive(op.type));
    for (uint32_t k = 0; k < site_.inputs(); ++k)
      for (uint64_t i = 0; i < floats_of(site_.input(k)); ++i) shared(at_[k])[i] = noise.next();
    return {};
  }

  Status run_on_cpu() {
    const Kernel* kernel = reference_kernel(site_);
    if (kernel == nullptr) return Status::error(DCM_MACHINE_UNSUPPORTED, "there is no kernel to compare with");
    Prepared prepared;
    if (kernel->prepare != nullptr) DCM_TRY(kernel->prepare(site_, budget_, &prepared));
    Array<uint8_t> scratch;
    if (kernel->scratch != nullptr) DCM_TRY(scratch.allocate(budget_, kernel->scratch(site_, prepared)));
    Array<const float*> inputs;
    DCM_TRY(inputs.allocate(budget_, site_.inputs()));
    for (uint32_t k = 0; k < site_.inputs(); ++k) inputs[k] = shared(at_[k]);
    Call call = {&site_, &prepared, samples_, inputs.data(), {}};
    for (uint32_t k = 0; k < site_.op->output_count; ++k) {
      DCM_TRY(expected_[k].allocate(budget_, floats_of(site_.output(k))));
      call.outputs[k] = expected_[k].data();
    }
    kernel->run(call, 0, kernel->units(site_, samples_, prepared), scratch.data());
    return {};
  }

  BoundRange range_of(const Operand& operand) const {
    uint32_t index = operand.index;
    uint64_t floats = 0;
    switch (operand.kind) {
      case Operand::kNone:
        return {};
      case Operand::kConstants:
        if (placed_.constants_bytes == 0) return {};
        return {model_.constants.handle(), placed_.constants_at, placed_.constants_bytes};
      case Operand::kInput:
        floats = floats_of(site_.input(index));
        break;
      case Operand::kOutput:
        floats = floats_of(site_.output(index));
        index += site_.inputs();
        break;
      case Operand::kScratch:
        floats = steps_.scratch_floats(index);
        index += site_.inputs() + site_.op->output_count;
        break;
    }
    return {shared_.handle(), at_[index], floats * sizeof(float)};
  }

  Status run_on_device() {
    Recorder recorder;
    DCM_TRY(recorder.open(model_.device, model_.pipelines, steps_.count(), 0));
    VkCommandBuffer commands;
    DCM_TRY(recorder.begin(&commands));
    for (const Step& step : steps_) {
      BoundRange bindings[4];
      for (uint32_t k = 0; k < 4; ++k) bindings[k] = range_of(step.bindings[k]);
      DCM_TRY(recorder.add(step, bindings));
      recorder.barrier();
    }
    recorder.barrier_to_host();
    DCM_TRY(recorder.end());
    DCM_TRY(shared_.flush());
    DCM_TRY(recorder.submit(commands));
    return shared_.invalidate();
  }

  Status compare() {
    for (uint32_t k = 0; k < site_.op->output_count; ++k) {
      const float* found = shared(at_[site_.inputs() + k]);
      double largest = 0.0;
      for (const float value : expected_[k])
        if (std::isfinite(value)) largest = std::max(largest, std::fabs(double{value}));
      for (uint64_t i = 0; i < expected_[k].size(); ++i) {
        const float right = expected_[k][i];
        const bool same = std::isfinite(right) ? std::fabs(double{found[i]} - right) <= kTolerance * largest
                          : std::isnan(right)  ? std::isnan(found[i])
                                               : found[i] == right;
        if (!same)
          return Status::error(DCM_MACHINE_UNSUPPORTED,
                               "shader '%.24s' computes wrongly: %g where the CPU has %g (largest %g)",
                               steps_.begin()->shader, double{found[i]}, double{right}, largest);
      }
    }
    return {};
  }

  PlacedModel& model_;
  const PlacedOp& placed_;
  const Site& site_;
  uint32_t samples_, batch_;
  StepList steps_;
  MemoryBudget& budget_;
  Array<uint64_t> at_;
  Buffer shared_;
  Array<float> expected_[kMaxOpOutputs];
};

Status all_checked(PlacedModel& model, const StepList& steps, bool* all) {
  *all = true;
  for (const Step& step : steps) {
    VkPipeline pipeline;
    uint32_t number;
    DCM_TRY(model.pipelines.find(step, &pipeline, &number));
    *all = *all && model.pipelines.checked(number);
  }
  return {};
}

Status set_all_checked(PlacedModel& model, const StepList& steps) {
  for (const Step& step : steps) {
    VkPipeline pipeline;
    uint32_t number;
    DCM_TRY(model.pipelines.find(step, &pipeline, &number));
    model.pipelines.set_checked(number);
  }
  return {};
}

Status prepare_all(PlacedModel& model, uint32_t samples, ThreadPool& pool, MemoryBudget& budget) {
  StepList steps(budget), all(budget);
  for (uint32_t i = 0; i < model.graph->ops.size(); ++i) {
    if (model.ops[i].lowering == nullptr) continue;
    DCM_TRY(lower_op(model, i, samples, steps));
    for (const Step& step : steps) all.add(step);
  }
  DCM_TRY(all.status());
  return model.pipelines.prepare(all, pool);
}

bool same_pipeline(const Step& a, const Step& b) {
  return std::strcmp(a.shader, b.shader) == 0 && a.specialised == b.specialised &&
         std::memcmp(a.specialise, b.specialise, a.specialised * sizeof(uint32_t)) == 0;
}

bool covers(const StepList& steps, const StepList& wanted) {
  for (const Step& step : wanted)
    if (std::none_of(steps.begin(), steps.end(), [&step](const Step& each) { return same_pipeline(each, step); }))
      return false;
  return true;
}

// With a case that takes all pipelines of `steps`, the operator's as it is in the network.
Status check_op(PlacedModel& model, const PlacedOp& placed, const Site& site, const StepList& steps, uint32_t samples,
                MemoryBudget& budget) {
  for (const auto& each : kSmallCases) {
    SmallSite small;
    if (!small.build(site, each.size, budget).ok()) continue;
    Comparison comparison(model, placed, small.site(), std::min(samples, each.samples), budget);
    DCM_TRY(comparison.lower());
    if (!covers(comparison.steps(), steps)) continue;
    DCM_TRY(comparison.run());
    return set_all_checked(model, comparison.steps());
  }
  return Status::error(DCM_MACHINE_UNSUPPORTED, "there is no case that checks its shaders");
}

}  // namespace

Status check_pipelines(PlacedModel& model, uint32_t samples, ThreadPool* pool, MemoryBudget& budget) {
  if (pool != nullptr) DCM_TRY(prepare_all(model, samples, *pool, budget));
  const Graph& graph = *model.graph;
  struct Candidate {
    uint32_t op;
    uint64_t work;
  };
  Array<Candidate> candidates;
  DCM_TRY(candidates.allocate(budget, graph.ops.size()));
  uint32_t count = 0;
  for (uint32_t i = 0; i < graph.ops.size(); ++i) {
    if (model.ops[i].lowering == nullptr) continue;
    const Site site = site_of(graph.ops[i], graph, *model.weights);
    const OpRule& rule = op_rule(site.op->type);
    candidates[count++] = {i, std::max(rule.macs == nullptr ? 0 : rule.macs(site), site.output().elements())};
  }
  std::sort(candidates.begin(), candidates.begin() + count,
            [](const Candidate& a, const Candidate& b) { return a.work != b.work ? a.work < b.work : a.op < b.op; });
  StepList steps(budget);
  for (uint32_t c = 0; c < count; ++c) {
    const uint32_t i = candidates[c].op;
    const Site site = site_of(graph.ops[i], graph, *model.weights);
    DCM_TRY(lower_op(model, i, samples, steps));
    if (model.ops[i].shader == nullptr) model.ops[i].shader = steps.begin()->shader;  // the first time, as it is opened
    bool all;
    DCM_TRY(all_checked(model, steps, &all));
    if (all) continue;
    DCM_TRY(check_op(model, model.ops[i], site, steps, samples, budget)
                .in("%s '%s'", op_rule(site.op->type).type, graph.name(site.op->name)));
  }
  model.pipelines.save();
  return {};
}

}  // namespace dcm::vulkan
