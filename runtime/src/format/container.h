// The outermost check: are these bytes a .dcmodel at all?
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/status.h"
#include "format/schema.h"

namespace dcm {

// The verified root table of size bytes at data (aligned to DataSource::kAlignment): every offset, vector and string
// lies inside the file and is aligned, and the version is one that this runtime reads. FILE_FORMAT, FILE_STRUCTURE or
// FILE_VERSION otherwise.
Result<const fb::Model*> verify_container(const uint8_t* data, size_t size);

// The payload of a verified model; absent is empty.
struct Payload {
  const uint8_t* data = nullptr;
  uint64_t size = 0;
};
inline Payload payload_of(const fb::Model& model) {
  return model.payload() == nullptr ? Payload{} : Payload{model.payload()->data(), model.payload()->size()};
}

}  // namespace dcm
