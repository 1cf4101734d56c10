// Checks on the file's strings.
#pragma once

#include "core/array.h"
#include "format/schema.h"
#include "format/visit_meter.h"

namespace dcm {

// FILE_STRUCTURE unless the string, if there is one, is UTF-8 without zero bytes. what names it in the error.
Status verify_text(const flatbuffers::String* text, const char* what, VisitMeter& meter);

// GRAPH_REFERENCE if two of the strings are equal; sorts them. what names their kind, e.g. "inputs".
Status verify_unique(Array<const flatbuffers::String*>& texts, const char* what);

}  // namespace dcm
