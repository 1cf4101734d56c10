// Writes JSON (RFC 8259), one value after the other; commas and indents are its own.
#pragma once

#include <cstdint>
#include <string>

namespace bench {

class JsonWriter {
 public:
  // A name before a value inside an object; null inside an array and at the top.
  void begin_object(const char* name = nullptr);
  void end_object();
  void begin_array(const char* name);
  void end_array();
  void add(const char* name, const std::string& value);
  void add(const char* name, const char* value) { add(name, std::string(value)); }
  void add(const char* name, uint64_t value);
  void add(const char* name, uint32_t value) { add(name, uint64_t{value}); }
  // With 9 significant digits; null for what JSON cannot say (NaN, infinities).
  void add(const char* name, double value);

  const std::string& text() const { return text_; }

 private:
  void lead(const char* name);
  void string(const std::string& value);
  void open(const char* name, char bracket);
  void close(char bracket);

  std::string text_;
  size_t depth_ = 0;
  bool first_ = true;  // in the object or array that is open
};

}  // namespace bench
