#include "format/decode_weights.h"

#include "format/decode_chunks.h"
#include "format/decode_dense.h"
#include "format/verify_codebook.h"

namespace dcm {
namespace {

Status allocate_codebook(const CodebookFields& fields, MemoryBudget& budget, Weight* weight) {
  DCM_TRY(weight->codebook.allocate(budget, fields.size()));
  for (uint32_t i = 0; i < fields.size(); ++i) weight->codebook[i] = fields.centroid(i);
  return {};
}

// Codes that stand for a weight other than 0. Fits: no more than there are codes.
uint64_t count_nonzeros(const Weight& weight) {
  bool is_zero[kMaxCentroids] = {};
  for (size_t i = 0; i < weight.codebook.size(); ++i) is_zero[i] = weight.codebook[i] == 0.0f;
  uint64_t zeros = 0;
  for (const uint8_t code : weight.codes) zeros += is_zero[code];
  return weight.codes.size() - zeros;
}

Status decode_sparse(const fb::SparseShared& from, const ChunkDecoder& decoder, MemoryBudget& budget, Weight* weight) {
  DCM_TRY(allocate_codebook(codebook_of(from), budget, weight));
  DCM_TRY(weight->segment_begin.allocate(budget, Checked(weight->segments()) + 1));
  DCM_TRY(weight->segment_column.allocate(budget, weight->nonzeros));
  DCM_TRY(weight->codes.allocate(budget, weight->nonzeros));
  return decoder.decode_sparse(from, weight);
}

Status decode_dense_shared(const fb::DenseShared& from, const ChunkDecoder& decoder, MemoryBudget& budget,
                           Weight* weight) {
  DCM_TRY(allocate_codebook(codebook_of(from), budget, weight));
  DCM_TRY(weight->codes.allocate(budget, weight->elements()));
  DCM_TRY(decoder.decode_dense_shared(from, weight));
  weight->nonzeros = count_nonzeros(*weight);
  return {};
}

}  // namespace

Status decode_weights(const Container& file, const DecodeOptions& options, MemoryBudget& budget, ThreadPool& pool,
                      Array<Weight>* weights) {
  ChunkDecoder decoder(file.payload(), options, pool);
  DCM_TRY(decoder.prepare(budget));
  for (uint32_t i = 0; i < weights->size(); ++i) {
    const fb::Weight& from = *file.model().weights()->Get(i);
    Weight& weight = (*weights)[i];
    Status status;
    switch (weight.form) {
      case WeightForm::kSparse:
        status = decode_sparse(*from.encoding_as_SparseShared(), decoder, budget, &weight);
        break;
      case WeightForm::kDenseShared:
        status = decode_dense_shared(*from.encoding_as_DenseShared(), decoder, budget, &weight);
        break;
      case WeightForm::kDense:
        status = decode_dense(*from.encoding_as_Dense(), file.payload(), options, budget, &weight);
        break;
      case WeightForm::kNone:
        break;
    }
    DCM_TRY(status.in("weight %u", i));
  }
  return {};
}

}  // namespace dcm
