// What the file says of itself beside the network.
#pragma once

#include "core/array.h"
#include "format/schema.h"
#include "format/visit_meter.h"

namespace dcm {

// Copies of the file's labels and entries. Numbers are where a text starts in texts.
struct Metadata {
  struct Entry {
    uint32_t key = 0, value = 0;
  };

  Array<char> texts;  // zero-terminated, one after another
  Array<uint32_t> labels;
  Array<Entry> entries;

  // Fits: a place in texts.
  const char* text(uint32_t at) const { return texts.data() + at; }
};

// Checks section 7 of docs/format.md and copies; from may be null. Nothing refers to the file afterwards.
Status read_metadata(const fb::Metadata* from, MemoryBudget& budget, VisitMeter& meter, Metadata* metadata);

}  // namespace dcm
