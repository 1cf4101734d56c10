// Long short-term memory, one layer in one direction (Hochreiter and Schmidhuber, 1997, with the forget gate of Gers,
// Schmidhuber and Cummins, 2000).
#include "ops/recurrent.h"

namespace dcm {
namespace {

constexpr uint32_t kGates = 4, kStates = 2;

Status parse(const fb::Op& from, Op* op) {
  const fb::Lstm& attributes = *from.attributes_as_Lstm();
  op->weights[kWeight] = attributes.weight();
  op->weights[kRecurrent] = attributes.recurrent();
  op->weights[kBias] = attributes.bias();
  op->attributes.lstm = {attributes.has_state(), attributes.reverse()};
  return verify_states(*op, attributes.has_state(), kStates);
}

Status infer(const Site& site, Op*, Shape* outputs) {
  return infer_recurrent(site, kGates, kStates, outputs);
}

}  // namespace

const OpRule kLstmRule = {"Lstm",      {1, 1 + kStates},
                          1 + kStates, {WeightUse::kAnyForm, WeightUse::kDenseOrNone, WeightUse::kAnyForm},
                          Makes::kNew, parse,
                          infer,       recurrent_macs};

}  // namespace dcm
