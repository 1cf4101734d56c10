#include "format/verify_codebook.h"

#include <cmath>

#include "core/float16.h"
#include "format/gap_form.h"
#include "format/limits.h"

namespace dcm {
namespace {

Status unpack(const flatbuffers::Vector<uint8_t>* packed, uint32_t alphabet, CodeLengths* lengths) {
  return unpack_code_lengths(packed == nullptr ? nullptr : packed->data(), vector_size(packed), alphabet, lengths);
}

}  // namespace

float CodebookFields::centroid(uint32_t i) const {
  return centroids != nullptr ? centroids->Get(i) : float_from_half(centroids_f16->Get(i));
}

Status verify_codebook(const CodebookFields& fields, VisitMeter& meter, CodeLengths* lengths) {
  if ((fields.centroids != nullptr) == (fields.centroids_f16 != nullptr))
    return Status::error(DCM_FILE_STRUCTURE, "has %s of centroids and centroids_f16, expected exactly one",
                         fields.centroids != nullptr ? "both" : "none");
  const uint32_t size = fields.size();
  if (size > kMaxCentroids)
    return Status::error(DCM_FILE_STRUCTURE, "its codebook has %u centroids, expected at most %u", size, kMaxCentroids);
  DCM_TRY(meter.visit(size, fields.centroids != nullptr ? sizeof(float) : sizeof(uint16_t)));
  for (uint32_t i = 0; i < size; ++i)
    if (!std::isfinite(fields.centroid(i))) return Status::error(DCM_FILE_STRUCTURE, "centroid %u is not finite", i);
  DCM_TRY(meter.visit(vector_size(fields.code_lengths), 1));
  return unpack_codebook_code(fields, lengths);
}

Status verify_gap_code(const fb::SparseShared& sparse, uint32_t version, VisitMeter& meter, CodeLengths* lengths) {
  const GapForm form = GapForm::of(sparse.gap_bits());
  if (form.pairs && version == kPlainVersion)
    return Status::error(DCM_FILE_STRUCTURE, "gap_bits is %u, expected %u to %u in a file of version %u",
                         sparse.gap_bits(), kMinGapBits, kMaxGapBits, version);
  if (!form.valid())
    return Status::error(DCM_FILE_STRUCTURE, "gap_bits is %u, expected %u to %u", sparse.gap_bits(), kMinGapBits,
                         kMaxGapBits);
  DCM_TRY(meter.visit(vector_size(sparse.gap_lengths()), 1));
  return unpack_gap_code(sparse, lengths);
}

Status unpack_codebook_code(const CodebookFields& fields, CodeLengths* lengths) {
  return unpack(fields.code_lengths, fields.size(), lengths).in("code_lengths");
}

Status unpack_gap_code(const fb::SparseShared& sparse, CodeLengths* lengths) {
  // Fits: kMaxGapBits bounds the shift.
  return unpack(sparse.gap_lengths(), GapForm::of(sparse.gap_bits()).alphabet(), lengths).in("gap_lengths");
}

}  // namespace dcm
