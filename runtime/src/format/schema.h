// The code generated from schemas/dcmobile.fbs, under a short name.
#pragma once

#include "dcmobile_schema_generated.h"

namespace dcm {

namespace fb = ::dcmobile::format;

// Elements of a vector of the flatbuffer, 0 if the field is absent.
template <typename Vector>
auto vector_size(const Vector* vector) -> decltype(vector->size()) {
  return vector == nullptr ? 0 : vector->size();
}

}  // namespace dcm
