// From Status to the C API's code and text.
#pragma once

#include <cstring>

#include "core/status.h"

namespace dcm {

// The code of the status; its text goes to error, if there is one and the status is a failure.
inline int report(const Status& status, dcm_error* error) {
  if (!status.ok() && error != nullptr) {
    error->code = status.code();
    std::memcpy(error->text, status.text(), std::strlen(status.text()) + 1);
  }
  return status.code();
}

// CALL_ARGUMENT for a pointer that must not be null.
inline Status verify_pointer(const void* pointer, const char* name) {
  return pointer != nullptr ? Status() : Status::error(DCM_CALL_ARGUMENT, "%s is a null pointer", name);
}

}  // namespace dcm
