#include "format/sections.h"

#include <algorithm>
#include <cinttypes>

#include "format/limits.h"

namespace dcm {
namespace {

struct Section {
  uint32_t begin, end;  // bytes of the payload
  uint32_t weight;      // whose it is
};

const flatbuffers::Vector<const fb::Chunk*>* chunks_of(const fb::Weight& weight) {
  if (weight.encoding_type() == fb::Encoding_SparseShared) return weight.encoding_as_SparseShared()->chunks();
  if (weight.encoding_type() == fb::Encoding_DenseShared) return weight.encoding_as_DenseShared()->chunks();
  return nullptr;
}

}  // namespace

// Fits: eight numbers of 16 bits.
uint32_t chunk_bytes(const fb::Chunk& chunk) {
  uint32_t bytes = 0;
  for (uint32_t j = 0; j < kStreams; ++j) bytes += uint32_t{chunk.gap_bytes()->Get(j)} + chunk.code_bytes()->Get(j);
  return bytes;
}

Status verify_place(uint64_t offset, Checked bytes, const Payload& payload) {
  if ((Checked(offset) + bytes + kPayloadSlack).within(payload.size)) return {};
  return Status::error(DCM_FILE_STRUCTURE,
                       "%" PRIu64 " bytes at %" PRIu64 " leave the payload of %" PRIu64 " bytes, %u of them slack",
                       bytes.ok() ? bytes.value() : UINT64_MAX, offset, payload.size, kPayloadSlack);
}

Status verify_sections(const fb::Model& model, const Array<Weight>& weights, MemoryBudget& budget) {
  Checked count = 0;
  for (uint32_t i = 0; i < weights.size(); ++i) {
    const fb::Weight& weight = *model.weights()->Get(i);
    count += weights[i].form == WeightForm::kDense ? 1 : vector_size(chunks_of(weight));
  }
  Array<Section> sections;
  DCM_TRY(sections.allocate(budget, count));
  size_t next = 0;
  for (uint32_t i = 0; i < weights.size(); ++i) {
    const fb::Weight& weight = *model.weights()->Get(i);
    if (weights[i].form == WeightForm::kDense) {
      const fb::Dense& dense = *weight.encoding_as_Dense();
      // Fits: verify_place() has seen that the values lie in the payload, which 32 bits count.
      const uint64_t bytes = weights[i].elements() * dense_element_bytes(dense);
      // Fits: so does their end.
      sections[next++] = {dense.offset(), static_cast<uint32_t>(dense.offset() + bytes), i};
      continue;
    }
    const auto* chunks = chunks_of(weight);
    for (uint32_t c = 0; c < vector_size(chunks); ++c) {
      const fb::Chunk& chunk = *chunks->Get(c);
      // Fits: verify_place() again.
      sections[next++] = {chunk.offset(), chunk.offset() + chunk_bytes(chunk), i};
    }
  }
  std::sort(sections.begin(), sections.end(),
            [](const Section& a, const Section& b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
  // Empty sections (codes of one symbol) take no place and may lie anywhere.
  const Section* before = nullptr;
  for (const Section& section : sections) {
    if (section.begin == section.end) continue;
    if (before != nullptr && section.begin < before->end)
      return Status::error(DCM_FILE_STRUCTURE, "a section of weight %u and one of weight %u overlap at payload byte %u",
                           before->weight, section.weight, section.begin);
    before = &section;
  }
  return {};
}

}  // namespace dcm
