// Files of version 2 (docs/format.md, 9) from plain ones, and back.
#pragma once

#include "naive_huffman.h"

namespace dcm::testing {

// The packed form of a plain model.
Bytes packed_form(const Bytes& plain);

// A file of version 2 around the form, with the payload of a plain one.
Bytes packed_file(const Bytes& form, const Bytes& plain);

// The file of version 2 that says what a plain one says. Throws std::invalid_argument for a table of an unknown type.
inline Bytes packed_file(const Bytes& plain) {
  return packed_file(packed_form(plain), plain);
}

// The opposite: one flatbuffer that says what a packed file says, its version included, which must be a sound
// flatbuffer of version 2. Nothing if it has no packed model, or one that cannot be expanded.
Bytes unpacked_file(const Bytes& packed);

}  // namespace dcm::testing
