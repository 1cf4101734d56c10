#include "error_codes.h"

#include <executorch/runtime/platform/log.h>

namespace dcm::executorch {

using ::executorch::runtime::Error;

Error error_of(int code) {
  switch (code) {
    case DCM_OK:
      return Error::Ok;
    case DCM_FILE_VERSION:
    case DCM_GRAPH_OPERATOR:
    case DCM_MACHINE_UNSUPPORTED:
      return Error::DelegateInvalidCompatibility;
    case DCM_MACHINE_MEMORY:
    case DCM_MACHINE_LIMIT:
      return Error::DelegateMemoryAllocationFailed;
    case DCM_MACHINE_THREAD:
      return Error::OutOfResources;
    default:
      break;
  }
  if (code >= 100 && code < 300) return Error::InvalidProgram;
  if (code >= 400 && code < 500) return Error::InvalidArgument;
  return Error::Internal;
}

Error report(const char* doing, const dcm_error& error) {
  ET_LOG(Error, "dcmobile %s: %s (%s)", doing, error.text, dcm_code_name(error.code));
  return error_of(error.code);
}

}  // namespace dcm::executorch
