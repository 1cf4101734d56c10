// The packed form of a model (format.md, section 9).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dcm::encoder {

// From a whole flatbuffer of size bytes, which must be sound. All but its payload is packed. Equal models give equal
// bytes, however their flatbuffers are laid out. Throws std::invalid_argument for a table of a type that the schema
// does not have.
std::vector<uint8_t> pack_model(const uint8_t* data, size_t size);

// Bytes of count chunks' records, as they lie in a flatbuffer, in the packed form.
size_t packed_chunk_bytes(const uint8_t* records, size_t count);

}  // namespace dcm::encoder
