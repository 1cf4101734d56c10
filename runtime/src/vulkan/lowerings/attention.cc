// Attention: scores, their softmax, and the sum that it weighs, each by a shader that others use too.
#include "vulkan/lowerings/axes.h"
#include "vulkan/lowerings/steps.h"

namespace dcm::vulkan {
namespace {

constexpr uint64_t kMostScores = uint64_t{1} << 26;  // of a sample: 256 MB

Shape scores_of(const Site& site) {
  Shape scores = site.input(0);
  const Shape& k = site.input(1);
  scores.dims[scores.rank - 1] = k.dims[k.rank - 2];
  return scores;
}

const char* refuses(const Site& site, const Traits&) {
  const Shape& k = site.input(1);
  const uint64_t queries = site.input(0).product(0, site.input(0).rank - 1);
  return queries * k.dims[k.rank - 2] > kMostScores ? "more than 2^26 scores" : nullptr;
}

void lower(const Site& site, const Packed&, uint32_t samples, const Traits& traits, StepList& steps) {
  const AttentionAttributes& attention = site.op->attributes.attention;
  const Shape &q = site.input(0), &v = site.input(2), scores = scores_of(site);
  const uint32_t queries = q.dims[q.rank - 2], keys = scores.dims[scores.rank - 1];
  const uint64_t floats = scores.elements() * scores.samples(samples);
  const bool masked = site.inputs() == 4;
  const Operand raw = steps.scratch(floats), other = steps.scratch(floats);

  MatMulPush push = {};
  push.rows = queries;
  push.columns = keys;
  push.depth = q.dims[q.rank - 1];
  push.a_row_step = push.depth;
  push.a_depth_step = 1;
  push.b_depth_step = 1;
  push.b_column_step = push.depth;
  push.matrices = static_cast<uint32_t>(scores.product(0, scores.rank - 2) * scores.samples(samples));
  push.rank = 1;
  push.sizes[0] = push.matrices;
  push.a_steps[0] = queries * push.depth;
  push.b_steps[0] = keys * push.depth;
  push.scale = attention.scale;
  steps.add(matmul_step(push, raw, input(0), input(1)));

  if (masked) steps.add(add_step(scores, site.input(3), scores, samples, other, raw, input(3)));

  SoftmaxPush softmax = {};
  softmax.outer = push.matrices * queries;
  softmax.size = keys;
  softmax.inner = 1;
  softmax.limit_rows = attention.causal ? queries : 0;
  const Operand from = masked ? other : raw, shares = masked ? raw : other;
  steps.add(softmax_step(softmax, shares, from, traits));

  push.columns = v.dims[v.rank - 1];
  push.depth = push.a_row_step = keys;
  push.b_depth_step = push.columns;
  push.b_column_step = 1;
  push.a_steps[0] = queries * keys;
  push.b_steps[0] = keys * push.columns;
  push.scale = 1.0f;
  steps.add(matmul_step(push, output(), shares, input(2)));
}

}  // namespace

const Lowering kAttentionLowering = {OpType::kAttention, refuses, nullptr, lower};

}  // namespace dcm::vulkan
