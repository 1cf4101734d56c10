// From the packed form of a model back to the flatbuffer that says the same (docs/format.md, section 9).
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/array.h"

namespace dcm {

// Fills *model with a whole flatbuffer with the file's identifier, but not its payload. FILE_STRUCTURE if the size
// bytes at packed are not exactly one packed model, GRAPH_OPERATOR or FILE_VERSION if they need a newer runtime. What
// the model says is not looked at: the flatbuffer is to be verified as one that stands in a file.
Status expand_model(const uint8_t* packed, size_t size, MemoryBudget& budget, Array<uint8_t>* model);

}  // namespace dcm
