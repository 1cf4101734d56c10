// The codebook of a shared weight and the Huffman codes of its streams (docs/format.md, 4 and 5).
#pragma once

#include "format/schema.h"
#include "format/visit_meter.h"
#include "huffman/code_lengths.h"

namespace dcm {

// The fields that sparse shared and dense shared weights have in common.
struct CodebookFields {
  const flatbuffers::Vector<float>* centroids;
  const flatbuffers::Vector<uint16_t>* centroids_f16;
  const flatbuffers::Vector<uint8_t>* code_lengths;

  uint32_t size() const { return centroids != nullptr ? centroids->size() : vector_size(centroids_f16); }
  // i < size(). Binary16 is widened.
  float centroid(uint32_t i) const;
};

template <typename Shared>
CodebookFields codebook_of(const Shared& shared) {
  return {shared.centroids(), shared.centroids_f16(), shared.code_lengths()};
}

// Checks size and values of the codebook and the lengths of its codes, which it unpacks.
Status verify_codebook(const CodebookFields& fields, VisitMeter& meter, CodeLengths* lengths);

// Checks gap_bits, for a file of that version, and the lengths of the coded gap symbols, which it unpacks.
Status verify_gap_code(const fb::SparseShared& sparse, uint32_t version, VisitMeter& meter, CodeLengths* lengths);

// The lengths alone, of fields that have been checked.
Status unpack_codebook_code(const CodebookFields& fields, CodeLengths* lengths);
Status unpack_gap_code(const fb::SparseShared& sparse, CodeLengths* lengths);

}  // namespace dcm
