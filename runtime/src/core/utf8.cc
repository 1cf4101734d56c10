#include "core/utf8.h"

#include <cstdint>

namespace dcm {

size_t utf8_character_bytes(const char* text, size_t size) {
  if (size == 0) return 0;
  const uint8_t* p = reinterpret_cast<const uint8_t*>(text);
  const uint8_t lead = p[0];
  if (lead < 0x80) return 1;
  size_t bytes;
  uint8_t second_low = 0x80, second_high = 0xBF;  // the second byte's range rules out overlong forms and surrogates
  if (lead >= 0xC2 && lead <= 0xDF) {
    bytes = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    bytes = 3;
    if (lead == 0xE0) second_low = 0xA0;
    if (lead == 0xED) second_high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    bytes = 4;
    if (lead == 0xF0) second_low = 0x90;
    if (lead == 0xF4) second_high = 0x8F;
  } else {
    return 0;
  }
  if (size < bytes || p[1] < second_low || p[1] > second_high) return 0;
  for (size_t i = 2; i < bytes; ++i)
    if ((p[i] & 0xC0) != 0x80) return 0;
  return bytes;
}

bool is_text(const char* text, size_t size) {
  for (size_t at = 0; at < size;) {
    const size_t bytes = utf8_character_bytes(text + at, size - at);
    if (bytes == 0 || text[at] == '\0') return false;
    at += bytes;
  }
  return true;
}

}  // namespace dcm
