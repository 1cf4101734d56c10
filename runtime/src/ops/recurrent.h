// What Lstm and Gru have in common.
#pragma once

#include "ops/op_rule.h"

namespace dcm {

// GRAPH_REFERENCE unless op reads x and as many states as `states` if it has any.
Status verify_states(const Op& op, bool has_state, uint32_t states);

// The shapes of y [N, T, hidden] and of each last state [N, hidden], for a layer of that many gates.
Status infer_recurrent(const Site& site, uint32_t gates, uint32_t states, Shape* outputs);

// Of both matrices, once for each element of the sequence.
uint64_t recurrent_macs(const Site& site);

}  // namespace dcm
