#include "format/text.h"

#include <algorithm>
#include <cstring>

#include "core/utf8.h"

namespace dcm {

Status verify_text(const flatbuffers::String* text, const char* what, VisitMeter& meter) {
  if (text == nullptr) return {};
  DCM_TRY(meter.visit(text->size(), 1));
  if (!is_text(text->c_str(), text->size())) return Status::error(DCM_FILE_STRUCTURE, "%s is not UTF-8 text", what);
  return {};
}

Status verify_unique(Array<const flatbuffers::String*>& texts, const char* what) {
  const auto compare = [](const flatbuffers::String* a, const flatbuffers::String* b) {
    return std::strcmp(a->c_str(), b->c_str());  // verify_text has refused zero bytes
  };
  std::sort(texts.begin(), texts.end(), [&](auto* a, auto* b) { return compare(a, b) < 0; });
  for (size_t i = 1; i < texts.size(); ++i)
    if (compare(texts[i - 1], texts[i]) == 0)
      return Status::error(DCM_GRAPH_REFERENCE, "two %s are named '%s'", what, texts[i]->c_str());
  return {};
}

}  // namespace dcm
