// UTF-8 (RFC 3629): strings of a file are checked before anyone prints them.
#pragma once

#include <cstddef>

namespace dcm {

// Bytes of the character that starts at text (1..4), or 0 if no valid one does within size bytes. Overlong forms,
// surrogates and values above U+10FFFF are invalid.
size_t utf8_character_bytes(const char* text, size_t size);

// Whether all size bytes are valid UTF-8 with no zero byte among them.
bool is_text(const char* text, size_t size);

}  // namespace dcm
