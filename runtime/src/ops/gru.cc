// Gated recurrent units, one layer in one direction (Cho et al., 2014), with the reset gate applied after the matrix as
// cuDNN and torch do.
#include "ops/recurrent.h"

namespace dcm {
namespace {

constexpr uint32_t kGates = 3, kStates = 1;

Status parse(const fb::Op& from, Op* op) {
  const fb::Gru& attributes = *from.attributes_as_Gru();
  op->weights[kWeight] = attributes.weight();
  op->weights[kRecurrent] = attributes.recurrent();
  op->weights[kBias] = attributes.bias();
  op->weights[kRecurrentBias] = attributes.recurrent_bias();
  op->attributes.gru = {attributes.has_state(), attributes.reverse()};
  return verify_states(*op, attributes.has_state(), kStates);
}

Status infer(const Site& site, Op*, Shape* outputs) {
  return infer_recurrent(site, kGates, kStates, outputs);
}

}  // namespace

const OpRule kGruRule = {
    "Gru",       {1, 1 + kStates},
    1 + kStates, {WeightUse::kAnyForm, WeightUse::kDenseOrNone, WeightUse::kAnyForm, WeightUse::kDenseOrNone},
    Makes::kNew, parse,
    infer,       recurrent_macs};

}  // namespace dcm
