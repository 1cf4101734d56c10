// Dense values: a checksum, a copy, a look for infinities and NaNs.
#pragma once

#include "format/decode_weights.h"

namespace dcm {

// Fills weight->values (binary16 widened) and weight->nonzeros.
Status decode_dense(const fb::Dense& from, const Payload& payload, const DecodeOptions& options, MemoryBudget& budget,
                    Weight* weight);

}  // namespace dcm
