// LayerNorm, GroupNorm, LocalResponseNorm; ChannelAffine and Prelu.
#include "vulkan/lowerings/axes.h"
#include "vulkan/lowerings/lowerings.h"
#include "vulkan/shaders/push_constants.h"

namespace dcm::vulkan {
namespace {

enum Part { kWeightPart, kBiasPart };

constexpr uint32_t kEach = 4;  // EACH of channel.comp

void put(const Weight* weight, ConstantWriter& writer, uint32_t* at) {
  if (weight != nullptr) writer.put(weight->values.data(), weight->values.size(), at);
}

void pack(const Site& site, ConstantWriter& writer, Packed* packed) {
  put(site.weights[kWeight], writer, &packed->at[kWeightPart]);
  put(site.weights[kBias], writer, &packed->at[kBiasPart]);
  uint32_t unused;
  if (writer.used() == 0) {  // bound all the same
    uint32_t* const word = writer.take(1, &unused);
    if (word != nullptr) *word = 0;
  }
}

Step step_of_one_input(const char* shader) {
  Step step;
  step.shader = shader;
  step.bindings[0] = output();
  step.bindings[1] = input(0);
  return step;
}

void add_norm(const Site& site, const Packed& packed, const Traits& traits, NormPush push, StepList& steps) {
  push.weight = packed.at[kWeightPart];
  push.bias = packed.at[kBiasPart];
  Step step = step_of_one_input("norm");
  step.bindings[3] = constants();
  const uint32_t team = team_for(push.size, traits);
  const uint32_t has_weight = site.weights[kWeight] != nullptr ? 1 : 0,
                 has_bias = site.weights[kBias] != nullptr ? 1 : 0;
  step.set_specialise({kThreads, 0, 0, team, has_weight, has_bias});
  step.set_push(push);
  step.groups = divide_up(push.parts, kThreads / team);
  steps.add(step);
}

void lower_layer_norm(const Site& site, const Packed& packed, uint32_t samples, const Traits& traits, StepList& steps) {
  const LayerNormAttributes& norm = site.op->attributes.layer_norm;
  const Shape& x = site.input();
  NormPush push = {};
  push.size = static_cast<uint32_t>(x.product(x.rank - norm.axes, x.rank));
  push.parts = static_cast<uint32_t>(x.product(0, x.rank - norm.axes) * samples);
  push.weight_divisor = 1;
  push.weight_count = push.size;
  push.epsilon = norm.epsilon;
  add_norm(site, packed, traits, push, steps);
}

void lower_group_norm(const Site& site, const Packed& packed, uint32_t samples, const Traits& traits, StepList& steps) {
  const GroupNormAttributes& norm = site.op->attributes.group_norm;
  const Shape& x = site.input();
  NormPush push = {};
  push.size = x.dims[1] / norm.groups * step_of(x, 1);
  push.parts = x.dims[0] * samples * norm.groups;
  push.weight_divisor = step_of(x, 1);
  push.weight_count = x.dims[1];
  push.epsilon = norm.epsilon;
  add_norm(site, packed, traits, push, steps);
}

void lower_local_response(const Site& site, const Packed&, uint32_t samples, const Traits&, StepList& steps) {
  const LocalResponseNormAttributes& norm = site.op->attributes.local_response_norm;
  const Shape& x = site.input();
  LocalResponsePush push = {};
  push.count = static_cast<uint32_t>(x.elements() * samples);
  push.channels = x.dims[1];
  push.inner = step_of(x, 1);
  push.before = norm.size / 2;
  push.after = norm.size - 1 - push.before;
  push.scale = norm.alpha / static_cast<float>(norm.size);
  push.beta = norm.beta;
  push.k = norm.k;
  Step step = step_of_one_input("local_response");
  step.set_specialise({kThreads});
  step.set_push(push);
  step.groups = divide_up(push.count, kThreads);
  steps.add(step);
}

void pack_channels(const Site& site, ConstantWriter& writer, Packed* packed) {
  const uint32_t count = static_cast<uint32_t>(site.weights[kWeight] != nullptr ? site.weight().values.size()
                                               : site.weights[kBias] != nullptr ? site.weights[kBias]->values.size()
                                                                                : site.input().dims[1]);
  if (site.weights[kWeight] != nullptr) {
    put(site.weights[kWeight], writer, &packed->at[kWeightPart]);
  } else if (uint32_t* const ones = writer.take(count, &packed->at[kWeightPart])) {
    for (uint32_t i = 0; i < count; ++i) ones[i] = 0x3F800000u;
  }
  if (site.weights[kBias] != nullptr) {
    put(site.weights[kBias], writer, &packed->at[kBiasPart]);
  } else if (uint32_t* const zeros = writer.take(count, &packed->at[kBiasPart])) {
    for (uint32_t i = 0; i < count; ++i) zeros[i] = 0;
  }
}

// FUNCTION of channel.comp: 0 ChannelAffine, 1 Prelu.
template <uint32_t function>
void lower_channels(const Site& site, const Packed& packed, uint32_t samples, const Traits&, StepList& steps) {
  const Shape& x = site.input();
  ChannelPush push = {};
  push.count = static_cast<uint32_t>(x.elements() * samples);
  push.inner = x.rank > 1 ? step_of(x, 1) : 1;
  push.weight_count = function == 1 && site.weight().values.size() == 1 ? 1 : x.dims[1];
  push.weight = packed.at[kWeightPart];
  push.bias = packed.at[kBiasPart];
  Step step = step_of_one_input("channel");
  step.bindings[3] = constants();
  step.set_specialise({kThreads, function, activation_of(site)});
  step.set_push(push);
  step.groups = divide_up(push.count, kThreads * kEach);
  steps.add(step);
}

}  // namespace

const Lowering kNormLowerings[] = {
    {OpType::kLayerNorm, nullptr, pack, lower_layer_norm},
    {OpType::kGroupNorm, nullptr, pack, lower_group_norm},
    {OpType::kLocalResponseNorm, nullptr, nullptr, lower_local_response},
    {OpType::kChannelAffine, nullptr, pack_channels, lower_channels<0>},
    {OpType::kPrelu, nullptr, pack_channels, lower_channels<1>},
};
const uint32_t kNormLoweringCount = sizeof kNormLowerings / sizeof kNormLowerings[0];

}  // namespace dcm::vulkan
