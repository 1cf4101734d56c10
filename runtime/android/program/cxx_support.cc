// What a program of ours takes from the C++ library, compiled from its headers: linked without the NDK it has no C++
// library. The declarations of these templates keep the compiler from making them elsewhere.
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

namespace std {
inline namespace __1 {

template class basic_string<char>;
template string operator+ <char, char_traits<char>, allocator<char>>(const char*, const string&);

string to_string(long value) {
  char text[24];
  return string(text, static_cast<size_t>(snprintf(text, sizeof text, "%ld", value)));
}

string to_string(unsigned long value) {
  char text[24];
  return string(text, static_cast<size_t>(snprintf(text, sizeof text, "%lu", value)));
}

// Called where a rule of the library is broken.
void __libcpp_verbose_abort(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  abort();
}

}  // namespace __1
}  // namespace std

void* operator new(size_t size) {
  void* memory = malloc(size == 0 ? 1 : size);
  if (memory == nullptr) abort();
  return memory;
}

void operator delete(void* memory) noexcept {
  free(memory);
}

void operator delete(void* memory, size_t) noexcept {
  free(memory);
}
