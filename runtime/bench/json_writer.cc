#include "json_writer.h"

#include <cmath>
#include <cstdio>

namespace bench {

void JsonWriter::lead(const char* name) {
  if (!first_) text_ += ',';
  if (depth_ > 0) {
    text_ += '\n';
    text_.append(2 * depth_, ' ');
  }
  first_ = false;
  if (name == nullptr) return;
  string(name);
  text_ += ": ";
}

void JsonWriter::string(const std::string& value) {
  text_ += '"';
  for (const char character : value) {
    const auto code = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      text_ += '\\';
      text_ += character;
    } else if (code < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", code);
      text_ += escaped;
    } else {
      text_ += character;
    }
  }
  text_ += '"';
}

void JsonWriter::open(const char* name, char bracket) {
  lead(name);
  text_ += bracket;
  ++depth_;
  first_ = true;
}

void JsonWriter::close(char bracket) {
  --depth_;
  if (!first_) {
    text_ += '\n';
    text_.append(2 * depth_, ' ');
  }
  text_ += bracket;
  if (depth_ == 0) text_ += '\n';
  first_ = false;
}

void JsonWriter::begin_object(const char* name) {
  open(name, '{');
}

void JsonWriter::end_object() {
  close('}');
}

void JsonWriter::begin_array(const char* name) {
  open(name, '[');
}

void JsonWriter::end_array() {
  close(']');
}

void JsonWriter::add(const char* name, const std::string& value) {
  lead(name);
  string(value);
}

void JsonWriter::add(const char* name, uint64_t value) {
  lead(name);
  text_ += std::to_string(value);
}

void JsonWriter::add(const char* name, double value) {
  lead(name);
  char number[32] = "null";
  if (std::isfinite(value)) std::snprintf(number, sizeof number, "%.9g", value);
  text_ += number;
}

}  // namespace bench
