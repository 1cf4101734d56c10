// The mask of an Attention, repeated to the shape of the scores.
#pragma once

#include "kernels/generic/strided_view.h"
#include "kernels/kernel.h"

namespace dcm {

inline uint64_t attention_keys(const Site& site) {
  return site.input(1).dims[site.input(1).rank - 2];
}

// Input 3 as [..., queries, keys].
inline StridedView mask_of_scores(const Call& call) {
  const Shape &q = call.site->input(0), &mask = call.site->input(3);
  const uint32_t missing = q.rank - mask.rank;  // axes that only the scores have
  StridedView view;
  for (uint32_t i = 0; i < q.rank; ++i) {
    const bool is_batch = i == 0 && q.batched;
    const uint64_t size = is_batch ? call.batch : i == q.rank - 1 ? attention_keys(*call.site) : q.dims[i];
    const bool moves = i >= missing && (is_batch ? mask.batched : mask.dims[i - missing] != 1);
    view.add_axis(size, moves ? axis_step(mask, i - missing) : 0);
  }
  return view;
}

}  // namespace dcm
