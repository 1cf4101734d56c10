#include "graph/name_pool.h"

#include <cstring>

#include "format/text.h"

namespace dcm {

Status NamePool::measure(const flatbuffers::String* name, const char* what, VisitMeter& meter) {
  DCM_TRY(verify_text(name, what, meter));
  if (name != nullptr && name->size() > 0) bytes_ += Checked(name->size()) + 1;
  return {};
}

Status NamePool::allocate(MemoryBudget& budget, Array<char>* names) {
  if (!bytes_.within(UINT32_MAX))
    return Status::error(DCM_MACHINE_LIMIT, "the names in the file take 2^32 bytes or more");
  DCM_TRY(names->allocate(budget, bytes_.value()));
  names_ = names->data();
  names_[0] = '\0';
  return {};
}

// Fits: measure() has added up the same names, and allocate() made room for them.
uint32_t NamePool::copy(const flatbuffers::String* name) {
  if (name == nullptr || name->size() == 0) return 0;
  const uint32_t start = at_;
  std::memcpy(names_ + start, name->c_str(), name->size());
  names_[start + name->size()] = '\0';
  at_ += name->size() + 1;
  return start;
}

}  // namespace dcm
