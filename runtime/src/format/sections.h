// Where the sections of the payload lie.
#pragma once

#include "core/array.h"
#include "core/checked.h"
#include "format/container.h"
#include "format/weight.h"

namespace dcm {

// Bytes of all streams of a chunk.
uint32_t chunk_bytes(const fb::Chunk& chunk);

// Bytes of one value.
inline uint32_t dense_element_bytes(const fb::Dense& dense) {
  return dense.element_type() == fb::ElementType_Float16 ? 2 : 4;
}

// FILE_STRUCTURE unless the section and kPayloadSlack bytes behind it lie in the payload.
Status verify_place(uint64_t offset, Checked bytes, const Payload& payload);

// FILE_STRUCTURE if two sections of the payload overlap. The weights' shapes and forms have been checked.
Status verify_sections(const fb::Model& model, const Array<Weight>& weights, MemoryBudget& budget);

}  // namespace dcm
