// Copies of the file's names, in one block.
#pragma once

#include "core/array.h"
#include "format/schema.h"
#include "format/visit_meter.h"

namespace dcm {

// Two passes over the names: measure() each, allocate(), copy() each. The empty name is always at 0.
class NamePool {
 public:
  // Checks a name (null: absent) as verify_text() does.
  Status measure(const flatbuffers::String* name, const char* what, VisitMeter& meter);
  Status allocate(MemoryBudget& budget, Array<char>* names);
  // Where the name starts in the allocated block.
  uint32_t copy(const flatbuffers::String* name);

 private:
  Checked bytes_ = 1;
  char* names_ = nullptr;
  uint32_t at_ = 1;
};

}  // namespace dcm
