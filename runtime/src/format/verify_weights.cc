#include "format/verify_weights.h"

#include <cinttypes>

#include "format/sections.h"
#include "format/verify_chunks.h"
#include "format/verify_codebook.h"

namespace dcm {
namespace {

Status verify_shape(const fb::Weight& from, VisitMeter& meter, Weight* weight) {
  const uint32_t rank = from.shape()->size();
  if (rank < 1 || rank > kMaxRank)
    return Status::error(DCM_FILE_STRUCTURE, "has %u dimensions, expected 1 to %u", rank, kMaxRank);
  DCM_TRY(meter.visit(rank, sizeof(uint32_t)));
  Checked elements = 1;
  for (uint32_t i = 0; i < rank; ++i) {
    weight->dims[i] = from.shape()->Get(i);
    if (weight->dims[i] == 0) return Status::error(DCM_FILE_STRUCTURE, "dimension %u is 0", i);
    elements *= weight->dims[i];
  }
  if (!elements.within(UINT32_MAX)) return Status::error(DCM_FILE_STRUCTURE, "has 2^32 elements or more");
  weight->rank = rank;
  weight->rows = weight->dims[0];
  weight->columns = static_cast<uint32_t>(elements.value() / weight->rows);
  weight->row_segments = static_cast<uint32_t>(ceil_div(weight->columns, Weight::kSegmentColumns));
  return {};
}

// Each sets weight->form and adds the bytes that the decoded arrays will take.

Status verify_encoding(const fb::SparseShared& sparse, const Payload& payload, VisitMeter& meter, Weight* weight,
                       Checked* resident) {
  weight->form = WeightForm::kSparse;
  CodeLengths gaps, codes;
  DCM_TRY(verify_gap_code(sparse, payload.version, meter, &gaps));
  DCM_TRY(verify_codebook(codebook_of(sparse), meter, &codes));
  DCM_TRY(meter.visit(vector_size(sparse.chunks()), sizeof(fb::Chunk)));
  Result<uint64_t> nonzeros =
      verify_sparse_chunks(sparse.chunks(), GapForm::of(sparse.gap_bits()), gaps, codes, weight->elements(), payload);
  if (!nonzeros.ok()) return nonzeros.status();
  weight->nonzeros = nonzeros.value();
  *resident += (Checked(weight->segments()) + 1) * sizeof(uint32_t);
  *resident += Checked(weight->nonzeros) * (sizeof(uint16_t) + sizeof(uint8_t));
  *resident += codes.alphabet * sizeof(float);
  return {};
}

Status verify_encoding(const fb::DenseShared& shared, const Payload& payload, VisitMeter& meter, Weight* weight,
                       Checked* resident) {
  weight->form = WeightForm::kDenseShared;
  CodeLengths codes;
  DCM_TRY(verify_codebook(codebook_of(shared), meter, &codes));
  DCM_TRY(meter.visit(vector_size(shared.chunks()), sizeof(fb::Chunk)));
  DCM_TRY(verify_dense_shared_chunks(shared.chunks(), codes, weight->elements(), payload));
  *resident += weight->elements();
  *resident += codes.alphabet * sizeof(float);
  return {};
}

Status verify_encoding(const fb::Dense& dense, const Payload& payload, VisitMeter&, Weight* weight, Checked* resident) {
  weight->form = WeightForm::kDense;
  if (dense.element_type() != fb::ElementType_Float32 && dense.element_type() != fb::ElementType_Float16)
    return Status::error(DCM_GRAPH_OPERATOR, "has element type %u: it needs a newer runtime",
                         unsigned{dense.element_type()});
  if (payload.version == kPlainVersion && dense.offset() % kDenseAlignment != 0)
    return Status::error(DCM_FILE_STRUCTURE, "its values start at payload byte %u, expected a multiple of %u",
                         dense.offset(), kDenseAlignment);
  const Checked bytes = Checked(weight->elements()) * dense_element_bytes(dense);
  DCM_TRY(verify_place(dense.offset(), bytes, payload).in("its values"));
  *resident += Checked(weight->elements()) * sizeof(float);
  return {};
}

Status verify_weight(const fb::Weight& from, const Payload& payload, VisitMeter& meter, Weight* weight,
                     Checked* resident) {
  DCM_TRY(meter.visit(8, sizeof(uint32_t)));  // the two tables
  DCM_TRY(verify_shape(from, meter, weight));
  switch (from.encoding_type()) {
    case fb::Encoding_SparseShared:
      return verify_encoding(*from.encoding_as_SparseShared(), payload, meter, weight, resident);
    case fb::Encoding_DenseShared:
      return verify_encoding(*from.encoding_as_DenseShared(), payload, meter, weight, resident);
    case fb::Encoding_Dense:
      return verify_encoding(*from.encoding_as_Dense(), payload, meter, weight, resident);
    case fb::Encoding_NONE:
      return Status::error(DCM_FILE_STRUCTURE, "has no encoding");
  }
  return Status::error(DCM_GRAPH_OPERATOR, "has encoding %u: it needs a newer runtime", unsigned{from.encoding_type()});
}

}  // namespace

Status verify_weights(const Container& file, MemoryBudget& budget, VisitMeter& meter, Array<Weight>* weights) {
  const fb::Model& model = file.model();
  const Payload& payload = file.payload();
  DCM_TRY(weights->allocate(budget, vector_size(model.weights())));
  Checked resident = 0;
  for (uint32_t i = 0; i < weights->size(); ++i)
    DCM_TRY(verify_weight(*model.weights()->Get(i), payload, meter, &(*weights)[i], &resident).in("weight %u", i));
  DCM_TRY(verify_sections(model, *weights, budget));
  return budget.check(resident).in("the decoded weights");
}

}  // namespace dcm
