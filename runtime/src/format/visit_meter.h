// A flatbuffer may point at one table or vector from many places. A hostile file could so make a reader check the same
// megabyte a million times; this bounds what all checks together may look at.
#pragma once

#include <cinttypes>
#include <cstdint>

#include "core/checked.h"
#include "core/status.h"

namespace dcm {

class VisitMeter {
 public:
  // A writer may share some vectors, so the bound is a few times the file's size.
  static constexpr uint64_t kFactor = 4;

  explicit VisitMeter(uint64_t file_bytes) : left_(file_bytes * kFactor) {}  // Fits: 2^31 bytes at most

  // Called before count elements of element_bytes each are looked at. FILE_STRUCTURE if the bound is reached.
  Status visit(uint64_t count, uint64_t element_bytes) {
    const Checked bytes = Checked(count) * element_bytes;
    if (!bytes.within(left_))
      return Status::error(DCM_FILE_STRUCTURE,
                           "the file refers to the same tables too often: it describes more than %" PRIu64
                           " times its own size",
                           kFactor);
    left_ -= bytes.value();
    return {};
  }

 private:
  uint64_t left_;
};

}  // namespace dcm
