// a [..., M, K] times b [..., K, N].
#include "ops/broadcast.h"
#include "ops/op_rule.h"

namespace dcm {
namespace {

Status parse(const fb::Op&, Op*) {
  return {};
}

Status infer(const Site& site, Op*, Shape* output) {
  const Shape &a = site.input(0), &b = site.input(1);
  for (const Shape* operand : {&a, &b}) {
    const uint32_t least = operand->batched ? 3 : 2;  // no row or column of a matrix may be a sample
    if (operand->rank < least)
      return Status::error(DCM_GRAPH_SHAPE, "one of its inputs has shape %s, expected %u dimensions or more",
                           ShapeText(*operand).text, least);
  }
  if (a.dims[a.rank - 1] != b.dims[b.rank - 2])
    return Status::error(DCM_GRAPH_SHAPE, "its inputs have shapes %s and %s, which have %u columns and %u rows",
                         ShapeText(a).text, ShapeText(b).text, a.dims[a.rank - 1], b.dims[b.rank - 2]);
  DCM_TRY(broadcast(a, a.rank - 2, b, b.rank - 2, output));
  output->dims[output->rank++] = a.dims[a.rank - 2];
  output->dims[output->rank++] = b.dims[b.rank - 1];
  return {};
}

uint64_t macs(const Site& site) {
  return site.output().elements() * site.input(0).dims[site.input(0).rank - 1];
}

}  // namespace

const OpRule kMatMulRule = {"MatMul", {2, 2}, 1, {}, Makes::kNew, parse, infer, macs};

}  // namespace dcm
