// Attention for any instruction set: included below a header that defines Simd. The scores of a few queries at a time
// are a product with the transposed keys, which are made once for all queries of a run.
#pragma once

#include "kernels/simd/maps.h"
#include "kernels/simd/matrix_product.h"
#include "kernels/simd/softmax.h"

namespace dcm {
namespace {

// Floats from one row of scores, or of the transposed keys, to the next.
uint64_t score_step(const Site& site) {
  return (attention_keys(site) + Simd::kLanes - 1) / Simd::kLanes * Simd::kLanes;
}

// The transposed keys, then the scores of a tile's queries.
uint64_t attention_scratch(const Site& site, const Prepared&) {
  const Shape& q = site.input(0);
  return (uint64_t{q.dims[q.rank - 1]} + kTileRows) * score_step(site) * sizeof(float);
}

// to [features, step] = from [keys, features] transposed, and zeros from column `keys` on.
void transpose_keys(const float* from, uint64_t keys, uint64_t features, uint64_t step, float* to) {
  for (uint64_t first = 0; first < step; first += Simd::kLanes)  // so many rows of `from` stay in the first cache
    for (uint64_t feature = 0; feature < features; ++feature)
      for (uint64_t key = first; key < first + Simd::kLanes; ++key)
        to[feature * step + key] = key < keys ? from[key * features + feature] : 0.0f;
}

void run_attention(const Call& call, uint64_t begin, uint64_t end, void* memory) {
  const Site& site = *call.site;
  const AttentionAttributes& attention = site.op->attributes.attention;
  const Shape &q = site.input(0), &v = site.input(2);
  const uint64_t queries = q.dims[q.rank - 2], keys = attention_keys(site);
  const uint64_t features = q.dims[q.rank - 1], results = v.dims[v.rank - 1], step = score_step(site);
  const StridedView mask = site.inputs() == 4 ? mask_of_scores(call) : StridedView();
  float* transposed = static_cast<float*>(memory);
  float* scores = transposed + features * step;
  uint64_t made = UINT64_MAX;  // the matrix whose keys are transposed

  for (uint64_t unit = begin; unit < end;) {
    const uint64_t matrix = unit / queries, query = unit % queries;
    if (matrix != made) transpose_keys(call.inputs[1] + matrix * keys * features, keys, features, step, transposed);
    made = matrix;
    uint64_t rows = queries - query < end - unit ? queries - query : end - unit;
    if (rows > kTileRows) rows = kTileRows;
    multiply({call.inputs[0] + unit * features, features}, rows, {transposed, step}, features, step, scores, step);
    float factors[kTileRows];
    for (uint64_t r = 0; r < rows; ++r) {
      float* x = scores + r * step;
      const uint64_t seen = attention.causal && query + r + 1 < keys ? query + r + 1 : keys;
      map<Affine>(x, x, seen, {attention.scale, 0.0f});
      if (site.inputs() == 4) {
        float* score = x;
        const uint64_t first = (unit + r) * keys;
        mask.for_each_run(first, first + seen, [&](uint64_t position, uint64_t count, uint64_t mask_step) {
          for (uint64_t i = 0; i < count; ++i) *score++ += call.inputs[3][position + i * mask_step];
        });
      }
      const float largest = largest_of(x, seen);
      if (largest == -__builtin_inff()) {
        // A query that sees no key attends to nothing.
        std::memset(x, 0, seen * sizeof(float));
        factors[r] = 0.0f;
      } else {
        factors[r] = exponentials(x, seen, largest, x);
      }
      if (attention.causal)
        multiply({x, step}, 1, {call.inputs[2] + matrix * keys * results, results}, seen, results,
                 call.outputs[0] + (unit + r) * results, results);
    }
    float* y = call.outputs[0] + unit * results;
    if (!attention.causal)
      multiply({scores, step}, rows, {call.inputs[2] + matrix * keys * results, results}, keys, results, y, results);
    for (uint64_t r = 0; r < rows; ++r, y += results) map<Affine>(y, y, results, {factors[r], 0.0f});
    unit += rows;
  }
}

}  // namespace
}  // namespace dcm
