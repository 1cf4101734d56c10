#include "ops/recurrent.h"

namespace dcm {

Status verify_states(const Op& op, bool has_state, uint32_t states) {
  const uint32_t expected = has_state ? 1 + states : 1;
  if (op.input_count != expected)
    return Status::error(DCM_GRAPH_REFERENCE, "reads %u values, expected %u as it has %s state", op.input_count,
                         expected, has_state ? "a" : "no");
  return {};
}

Status infer_recurrent(const Site& site, uint32_t gates, uint32_t states, Shape* outputs) {
  const Shape& input = site.input();
  const Weight &weight = site.weight(), &recurrent = *site.weights[kRecurrent];
  if (input.rank != 3)
    return Status::error(DCM_GRAPH_SHAPE, "its input has shape %s, expected [N, T, features]", ShapeText(input).text);
  if (weight.rank != 2 || weight.dims[0] % gates != 0 || weight.dims[1] != input.dims[2])
    return Status::error(DCM_GRAPH_SHAPE, "its weight has shape %s, expected [%u hidden, %u] for an input of shape %s",
                         ShapeText(weight.dims, weight.rank).text, gates, input.dims[2], ShapeText(input).text);
  const uint32_t hidden = weight.dims[0] / gates;
  if (recurrent.rank != 2 || recurrent.dims[0] != weight.dims[0] || recurrent.dims[1] != hidden)
    return Status::error(DCM_GRAPH_SHAPE, "its recurrent has shape %s, expected [%u, %u]",
                         ShapeText(recurrent.dims, recurrent.rank).text, weight.dims[0], hidden);
  DCM_TRY(verify_vector(site, kBias, weight.dims[0]));
  DCM_TRY(verify_vector(site, kRecurrentBias, weight.dims[0]));

  Shape state = input;
  state.rank = 2;
  state.dims[1] = hidden;
  state.dims[2] = 0;
  for (uint32_t k = 1; k < site.inputs(); ++k)
    if (!(site.input(k) == state))
      return Status::error(DCM_GRAPH_SHAPE, "one of its states has shape %s, expected %s",
                           ShapeText(site.input(k)).text, ShapeText(state).text);
  outputs[0] = input;
  outputs[0].dims[2] = hidden;
  for (uint32_t k = 0; k < states; ++k) outputs[1 + k] = state;
  return {};
}

uint64_t recurrent_macs(const Site& site) {
  return (site.weight().nonzeros + site.weights[kRecurrent]->nonzeros) * site.input().product(0, 2);
}

}  // namespace dcm
