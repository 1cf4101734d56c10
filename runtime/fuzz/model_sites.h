// The places of a flatbuffer that a mutator may change so that the rest of it keeps its meaning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dcm::fuzz {

enum class SiteKind : uint8_t {
  kScalar,       // a number: of a table, a struct, or an element of a vector
  kReference,    // a u32 distance to a table, vector or string
  kLength,       // the u32 count of a vector or string
  kBytes,        // the content of a vector of scalars or of a string
  kVtableEntry,  // the u16 place of a field in its table, 0: absent
};

struct Site {
  SiteKind kind;
  size_t position;  // first byte in the file
  size_t bytes;     // 1, 2 or 4, any number for kBytes
};

// All of them, by the schema's own description, so that a field that the schema gains is one of them too. The file must
// have passed the flatbuffers verifier. At most kMostSites: tables may be shared, and a file may so describe more than
// it holds.
constexpr size_t kMostSites = 50'000;
std::vector<Site> find_sites(const uint8_t* data);

}  // namespace dcm::fuzz
