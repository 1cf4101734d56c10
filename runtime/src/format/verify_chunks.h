// The headers of a shared weight's chunks (docs/format.md, 6).
#pragma once

#include "format/container.h"
#include "format/gap_form.h"
#include "huffman/code_lengths.h"

namespace dcm {

using ChunkVector = flatbuffers::Vector<const fb::Chunk*>;

// Checks counts, order and places of the chunks, and that the streams' sizes can hold as many symbols as they claim.
// Returns the number of weights that the chunks set.
Result<uint64_t> verify_sparse_chunks(const ChunkVector* chunks, GapForm form, const CodeLengths& gaps,
                                      const CodeLengths& codes, uint64_t elements, const Payload& payload);

// The same for a weight whose chunks cover every element.
Status verify_dense_shared_chunks(const ChunkVector* chunks, const CodeLengths& codes, uint64_t elements,
                                  const Payload& payload);

}  // namespace dcm
