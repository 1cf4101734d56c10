#include "format/verify_chunks.h"

#include <cinttypes>

#include "format/limits.h"
#include "format/sections.h"
#include "huffman/stream_decoder.h"

namespace dcm {
namespace {

Status verify_count(uint32_t count, const char* group) {
  if (count <= kMaxChunkSymbols) return {};
  return Status::error(DCM_FILE_STRUCTURE, "has %u %s symbols, expected at most %u", count, group, kMaxChunkSymbols);
}

// Every code word has shortest to longest bits, so a stream's size bounds its symbols. Memory that is allocated for the
// symbols is thereby in proportion to the file.
Status verify_streams(const CodeLengths& lengths, const flatbuffers::Array<uint16_t, kStreams>& bytes, uint32_t count,
                      const char* group) {
  DCM_TRY(verify_count(count, group));
  if (count > 0 && lengths.used == 0)
    return Status::error(DCM_FILE_HUFFMAN, "has %s symbols, but no symbol of their code occurs", group);
  for (uint32_t j = 0; j < kStreams; ++j) {
    const uint32_t symbols = stream_symbols(count, j);
    // Fits: kMaxChunkSymbols and kMaxCodeLength bound the factors.
    const uint64_t fewest = ceil_div(uint64_t{symbols} * lengths.shortest, 8);
    // Fits: the same bounds.
    const uint64_t most = ceil_div(uint64_t{symbols} * lengths.longest, 8);
    const uint32_t size = bytes.Get(j);
    if (size < fewest || size > most)
      return Status::error(DCM_FILE_STREAM,
                           "%s stream %u has %u bytes, expected %" PRIu64 " to %" PRIu64 " for %u symbols", group, j,
                           size, fewest, most, symbols);
  }
  return {};
}

// end is where the chunk before this one may end at the earliest.
Status verify_sparse_chunk(const fb::Chunk& chunk, bool first, uint64_t end, GapForm form, const CodeLengths& gaps,
                           const CodeLengths& codes, uint64_t elements, const Payload& payload) {
  if (chunk.start() >= elements || (first ? chunk.start() != 0 : chunk.start() < end))
    return Status::error(DCM_FILE_INDEX, "starts at element %u of %" PRIu64 ", expected %s %" PRIu64, chunk.start(),
                         elements, first ? "0, not" : "at least", end);
  if (chunk.code_count() < 1 || chunk.code_count() > chunk.gap_count())
    return Status::error(DCM_FILE_STRUCTURE,
                         "sets %u weights with %u gap symbols, expected at least 1 and no more than the symbols",
                         chunk.code_count(), chunk.gap_count());
  DCM_TRY(verify_count(chunk.gap_count(), "gap"));
  DCM_TRY(verify_streams(gaps, *chunk.gap_bytes(), form.coded(chunk.gap_count()), "gap"));
  DCM_TRY(verify_streams(codes, *chunk.code_bytes(), chunk.code_count(), "code"));
  return verify_place(chunk.offset(), chunk_bytes(chunk), payload);
}

Status verify_dense_shared_chunk(const fb::Chunk& chunk, uint64_t expected_start, const CodeLengths& codes,
                                 const Payload& payload) {
  if (chunk.start() != expected_start)
    return Status::error(DCM_FILE_INDEX, "starts at element %u, expected %" PRIu64, chunk.start(), expected_start);
  if (chunk.code_count() < 1) return Status::error(DCM_FILE_STRUCTURE, "sets no weight, expected at least 1");
  if (chunk.gap_count() != 0)
    return Status::error(DCM_FILE_STRUCTURE, "has %u gap symbols, expected 0", chunk.gap_count());
  for (uint32_t j = 0; j < kStreams; ++j)
    if (chunk.gap_bytes()->Get(j) != 0) return Status::error(DCM_FILE_STREAM, "gap stream %u is not empty", j);
  DCM_TRY(verify_streams(codes, *chunk.code_bytes(), chunk.code_count(), "code"));
  return verify_place(chunk.offset(), chunk_bytes(chunk), payload);
}

// A code with symbols but nothing to decode.
Status verify_unused(const ChunkVector* chunks, const CodeLengths& lengths, const char* group) {
  if (vector_size(chunks) > 0 || lengths.used == 0) return {};
  return Status::error(DCM_FILE_HUFFMAN, "has %u symbols in its %s code, but no chunks", lengths.used, group);
}

}  // namespace

Result<uint64_t> verify_sparse_chunks(const ChunkVector* chunks, GapForm form, const CodeLengths& gaps,
                                      const CodeLengths& codes, uint64_t elements, const Payload& payload) {
  DCM_TRY(verify_unused(chunks, gaps, "gap"));
  DCM_TRY(verify_unused(chunks, codes, "code"));
  Checked nonzeros = 0;
  uint64_t end = 0;
  for (uint32_t i = 0; i < vector_size(chunks); ++i) {
    const fb::Chunk& chunk = *chunks->Get(i);
    DCM_TRY(verify_sparse_chunk(chunk, i == 0, end, form, gaps, codes, elements, payload).in("chunk %u", i));
    nonzeros += chunk.code_count();
    end = uint64_t{chunk.start()} + chunk.code_count();  // Fits: two numbers of 32 bits
    if (end > elements)
      return Status::error(DCM_FILE_INDEX, "chunk %u: sets %u weights from element %u of %" PRIu64, i,
                           chunk.code_count(), chunk.start(), elements);
  }
  return nonzeros.value();  // ok(): chunks follow each other in at most UINT32_MAX elements
}

Status verify_dense_shared_chunks(const ChunkVector* chunks, const CodeLengths& codes, uint64_t elements,
                                  const Payload& payload) {
  DCM_TRY(verify_unused(chunks, codes, "code"));
  uint64_t end = 0;
  for (uint32_t i = 0; i < vector_size(chunks); ++i) {
    const fb::Chunk& chunk = *chunks->Get(i);
    DCM_TRY(verify_dense_shared_chunk(chunk, end, codes, payload).in("chunk %u", i));
    end += chunk.code_count();  // Fits: at most 2^32 chunks of 2^16 codes
  }
  if (end != elements)
    return Status::error(DCM_FILE_INDEX, "its chunks set %" PRIu64 " weights, expected %" PRIu64, end, elements);
  return {};
}

}  // namespace dcm
