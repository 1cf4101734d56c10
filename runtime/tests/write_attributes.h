// The schema's table of an operator, from its parts.
#pragma once

#include "model_builder.h"

namespace dcm::testing {

flatbuffers::Offset<void> write_attributes(flatbuffers::FlatBufferBuilder& out, const OpParts& op);

}  // namespace dcm::testing
