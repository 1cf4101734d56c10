// One query at a time, so that the scores of one are all that is kept.
#include <algorithm>
#include <cmath>

#include "kernels/generic/attention_mask.h"
#include "kernels/generic/generic_kernels.h"
#include "kernels/generic/weight_rows.h"

namespace dcm {
namespace {

// A unit is one query, a row of the output.
uint64_t units(const Site& site, uint32_t batch, const Prepared&) {
  return site.output().product(0, site.output().rank - 1) * batch;
}

// The scores of one query.
uint64_t scratch(const Site& site, const Prepared&) {
  return attention_keys(site) * sizeof(float);
}

float dot(const float* a, const float* b, uint64_t count) {
  float lanes[kDotLanes] = {};
  uint64_t i = 0;
  for (; count - i >= kDotLanes; i += kDotLanes)
    for (uint32_t lane = 0; lane < kDotLanes; ++lane) lanes[lane] += a[i + lane] * b[i + lane];
  for (uint32_t lane = 0; i < count; ++i, ++lane) lanes[lane] += a[i] * b[i];
  return sum_lanes(lanes);
}

// x[i] = exp(x[i] - max x); returns what makes their sum 1. A query that sees no key, whose scores are all minus
// infinity, attends to nothing: all are 0.
float exponentials(float* x, uint64_t count) {
  const float largest = *std::max_element(x, x + count);
  if (largest == -HUGE_VALF) {
    std::fill(x, x + count, 0.0f);
    return 0.0f;
  }
  double sum = 0.0;
  for (uint64_t i = 0; i < count; ++i) {
    x[i] = std::exp(x[i] - largest);
    sum += x[i];
  }
  return static_cast<float>(1.0 / sum);
}

void run(const Call& call, uint64_t begin, uint64_t end, void* memory) {
  const Site& site = *call.site;
  const AttentionAttributes& attention = site.op->attributes.attention;
  const Shape &q = site.input(0), &v = site.input(2);
  const uint64_t queries = q.dims[q.rank - 2], keys = attention_keys(site);
  const uint64_t features = q.dims[q.rank - 1], results = v.dims[v.rank - 1];
  const StridedView mask = site.inputs() == 4 ? mask_of_scores(call) : StridedView();
  float* scores = static_cast<float*>(memory);

  for (uint64_t unit = begin; unit < end; ++unit) {
    const uint64_t matrix = unit / queries, query = unit % queries;
    const uint64_t seen = attention.causal ? std::min(query + 1, keys) : keys;
    const float* from_q = call.inputs[0] + unit * features;
    const float* from_k = call.inputs[1] + matrix * keys * features;
    const float* from_v = call.inputs[2] + matrix * keys * results;
    for (uint64_t i = 0; i < seen; ++i) scores[i] = attention.scale * dot(from_q, from_k + i * features, features);
    if (site.inputs() == 4) {
      float* score = scores;
      mask.for_each_run(unit * keys, unit * keys + seen, [&](uint64_t position, uint64_t count, uint64_t step) {
        for (uint64_t i = 0; i < count; ++i) *score++ += call.inputs[3][position + i * step];
      });
    }
    const float scale = exponentials(scores, seen);
    float* y = call.outputs[0] + unit * results;
    std::fill(y, y + results, 0.0f);
    for (uint64_t i = 0; i < seen; ++i) {
      const float share = scale * scores[i];
      const float* row = from_v + i * results;
      for (uint64_t j = 0; j < results; ++j) y[j] += share * row[j];
    }
  }
}

}  // namespace

const Kernel kAttentionGeneric = {
    "attention_generic", OpType::kAttention, WeightForm::kNone, Isa::kGeneric, nullptr, nullptr, units, run, scratch};

}  // namespace dcm
