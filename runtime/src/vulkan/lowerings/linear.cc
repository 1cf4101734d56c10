// Linear: a row of the weight for each team of threads.
#include "vulkan/lowerings/lowerings.h"
#include "vulkan/packed_weight.h"
#include "vulkan/shaders/push_constants.h"

namespace dcm::vulkan {
namespace {

enum Part { kWords, kRowBegin, kCodebook, kBiasPart };

const char* refuses(const Site& site, const Traits&) {
  return refuse_weight(site.weight());
}

void pack(const Site& site, ConstantWriter& writer, Packed* packed) {
  const PackedWeight weight = pack_weight(site.weight(), writer);
  packed->form = weight.form;
  packed->at[kWords] = weight.words;
  packed->at[kRowBegin] = weight.row_begin;
  packed->at[kCodebook] = weight.codebook;
  packed->at[kBiasPart] = pack_bias(site.weights[kBias], site.weight().rows, writer);
}

void lower(const Site& site, const Packed& packed, uint32_t samples, const Traits& traits, StepList& steps) {
  const Weight& weight = site.weight();
  const uint64_t vectors = site.input().elements() / weight.columns * samples;
  LinearPush push = {};
  push.rows = weight.rows;
  push.columns = weight.columns;
  push.samples = static_cast<uint32_t>(vectors);
  push.words = packed.at[kWords];
  push.row_begin = packed.at[kRowBegin];
  push.codebook = packed.at[kCodebook];
  push.bias = packed.at[kBiasPart];
  Step step;
  step.shader = "linear";
  step.bindings[0] = output();
  step.bindings[1] = input(0);
  step.bindings[3] = constants();
  const uint64_t row_elements = packed.form == kPackedSparse ? weight.nonzeros / weight.rows : weight.columns;
  const uint32_t team = team_for(row_elements, traits), at_once = vectors == 1 ? 1 : 4;
  const uint32_t specialise[] = {kThreads, packed.form, activation_of(site), team, at_once};
  step.set_specialise(specialise);
  step.set_push(push);
  step.groups = divide_up(weight.rows, kThreads / team) * divide_up(vectors, at_once);
  steps.add(step);
}

}  // namespace

const Lowering kLinearLowering = {OpType::kLinear, refuses, pack, lower};

}  // namespace dcm::vulkan
