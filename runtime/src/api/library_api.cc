// The functions of dcmobile.h about the library.
#include <cstdio>

#include "api/accelerator.h"
#include "api/report.h"
#include "format/limits.h"
#include "kernels/isa.h"

namespace dcm {
namespace {

Status describe_device(size_t index, dcm_device_info* info) {
  DCM_TRY(verify_pointer(info, "info"));
  *info = {};
  if (index > UINT32_MAX) return Status::error(DCM_CALL_ARGUMENT, "device %zu does not exist", index);
  if (index > 0) return describe_accelerator_device(static_cast<uint32_t>(index) - 1, info);
  const Result<IsaChoice> isa = choose_isa(nullptr);
  if (!isa.ok()) return isa.status();
  std::snprintf(info->id, sizeof info->id, "cpu");
  std::snprintf(info->name, sizeof info->name, "%s", isa_name(isa.value().best));
  std::snprintf(info->kind, sizeof info->kind, "CPU");
  return {};
}

}  // namespace
}  // namespace dcm

size_t dcm_device_count(void) {
  return size_t{1} + dcm::accelerator_devices();
}

int dcm_device(size_t index, dcm_device_info* info, dcm_error* error) {
  return dcm::report(dcm::describe_device(index, info), error);
}

const char* dcm_version(void) {
  return DCMOBILE_VERSION;
}

uint32_t dcm_format_version(void) {
  return dcm::kPackedVersion;
}

const char* dcm_code_name(int code) {
  switch (code) {
#define DCM_CODE(name) \
  case DCM_##name:     \
    return #name
    DCM_CODE(OK);
    DCM_CODE(FILE_IO);
    DCM_CODE(FILE_FORMAT);
    DCM_CODE(FILE_VERSION);
    DCM_CODE(FILE_STRUCTURE);
    DCM_CODE(FILE_HUFFMAN);
    DCM_CODE(FILE_STREAM);
    DCM_CODE(FILE_INDEX);
    DCM_CODE(FILE_CHECKSUM);
    DCM_CODE(FILE_SIGNATURE);
    DCM_CODE(GRAPH_OPERATOR);
    DCM_CODE(GRAPH_REFERENCE);
    DCM_CODE(GRAPH_SHAPE);
    DCM_CODE(GRAPH_ATTRIBUTE);
    DCM_CODE(MACHINE_MEMORY);
    DCM_CODE(MACHINE_LIMIT);
    DCM_CODE(MACHINE_THREAD);
    DCM_CODE(MACHINE_UNSUPPORTED);
    DCM_CODE(CALL_ARGUMENT);
    DCM_CODE(CALL_NAME);
    DCM_CODE(CALL_SHAPE);
    DCM_CODE(CALL_VALUE);
#undef DCM_CODE
    default:
      return "UNKNOWN";
  }
}
