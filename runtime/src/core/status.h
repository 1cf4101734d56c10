// How the runtime reports failure: a code of dcmobile.h and one line of text, held in place, so that reporting never
// allocates.
#pragma once

#include <cstdint>
#include <utility>

#include "dcmobile/dcmobile.h"

namespace dcm {

// Success, or a code and its text. The text is valid UTF-8 on one line: whatever else a file's names contain becomes
// '?'.
class [[nodiscard]] Status {
 public:
  Status() { text_[0] = '\0'; }
  Status(const Status& other) { copy(other); }
  Status& operator=(const Status& other) {
    if (this != &other) copy(other);
    return *this;
  }

  // A failure; code is not DCM_OK. The format is printf's.
  static Status error(dcm_code code, const char* format, ...) __attribute__((format(printf, 2, 3)));

  bool ok() const { return code_ == DCM_OK; }
  dcm_code code() const { return code_; }
  const char* text() const { return text_; }

  // The same failure with "prefix: " before its text. A success stays one.
  Status in(const char* format, ...) const __attribute__((format(printf, 2, 3)));

 private:
  // Success, the usual case, has no text to copy.
  void copy(const Status& other) {
    code_ = other.code_;
    text_[0] = '\0';
    if (code_ != DCM_OK) copy_text(other);
  }
  void copy_text(const Status& other);  // out of line: it is rare, and there are many copies

  static constexpr uint32_t kTextBytes = sizeof(dcm_error::text);

  dcm_code code_ = DCM_OK;
  char text_[kTextBytes];
};

// A T, or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Status failure) : status_(std::move(failure)) {}

  bool ok() const { return status_.ok(); }
  const Status& status() const { return status_; }
  // Only if ok().
  T& value() { return value_; }
  const T& value() const { return value_; }

 private:
  Status status_;
  T value_{};
};

}  // namespace dcm

// Leaves the function with the Status of expression if that is a failure.
#define DCM_TRY(expression)                          \
  do {                                               \
    ::dcm::Status dcm_try_status = (expression);     \
    if (!dcm_try_status.ok()) return dcm_try_status; \
  } while (false)
