// The outermost check: are these bytes a .dcmodel at all?
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/array.h"
#include "format/schema.h"

namespace dcm {

// Where weights' sections lie; no bytes if the file has none.
struct Payload {
  const uint8_t* data = nullptr;
  uint64_t size = 0;
  uint32_t version = 0;  // of the file
};

// A file whose flatbuffer is sound: every offset, vector and string lies inside it and is aligned, and the version is
// one that this runtime reads.
class Container {
 public:
  // The size bytes at data, aligned to DataSource::kAlignment, are referred to from then on. FILE_FORMAT,
  // FILE_STRUCTURE or FILE_VERSION if they are no such file; also what expand_model returns.
  Status open(const uint8_t* data, size_t size, MemoryBudget& budget);

  // All but the payload.
  const fb::Model& model() const { return *model_; }
  const Payload& payload() const { return payload_; }
  // Of the file and of what has been made of its packed model: what a VisitMeter goes by.
  uint64_t bytes() const { return uint64_t{size_} + expanded_.size(); }  // Fits: both are blocks of memory

 private:
  Status open_packed(const fb::Model& outer, MemoryBudget& budget);

  const fb::Model* model_ = nullptr;
  Payload payload_;
  size_t size_ = 0;
  Array<uint8_t> expanded_;
};

}  // namespace dcm
