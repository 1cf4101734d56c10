// The functions of dcmobile.h about the library.
#include "dcmobile/dcmobile.h"
#include "format/limits.h"

const char* dcm_version(void) {
  return DCMOBILE_VERSION;
}

uint32_t dcm_format_version(void) {
  return dcm::kFormatVersion;
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
