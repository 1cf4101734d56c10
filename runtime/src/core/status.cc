#include "core/status.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "core/utf8.h"

namespace dcm {
namespace {

// Copies text into out (capacity bytes, zero included), replacing what does not belong on one line of UTF-8 and cutting
// between characters.
void copy_line(const char* text, size_t size, char* out, size_t capacity) {
  size_t written = 0;
  for (size_t at = 0; at < size;) {
    size_t bytes = utf8_character_bytes(text + at, size - at);
    const unsigned char lead = static_cast<unsigned char>(text[at]);
    const bool printable = bytes > 0 && lead >= 0x20 && lead != 0x7F;
    if (bytes == 0) bytes = 1;
    const size_t room = printable ? bytes : 1;
    if (written + room >= capacity) break;
    if (printable)
      std::memcpy(out + written, text + at, bytes);
    else
      out[written] = '?';
    written += room;
    at += bytes;
  }
  out[written] = '\0';
}

void format_line(char* out, size_t capacity, const char* format, va_list arguments) {
  char raw[512];
  const int length = std::vsnprintf(raw, sizeof raw, format, arguments);
  const size_t size =
      length < 0 ? 0 : (static_cast<size_t>(length) < sizeof raw ? static_cast<size_t>(length) : sizeof raw - 1);
  copy_line(raw, size, out, capacity);
}

}  // namespace

Status Status::error(dcm_code code, const char* format, ...) {
  Status status;
  status.code_ = code;
  va_list arguments;
  va_start(arguments, format);
  format_line(status.text_, kTextBytes, format, arguments);
  va_end(arguments);
  return status;
}

void Status::copy_text(const Status& other) {
  std::memcpy(text_, other.text_, kTextBytes);
}

Status Status::in(const char* format, ...) const {
  if (ok()) return *this;
  char prefix[160];
  va_list arguments;
  va_start(arguments, format);
  format_line(prefix, sizeof prefix, format, arguments);
  va_end(arguments);
  return error(code_, "%s: %s", prefix, text_);
}

}  // namespace dcm
