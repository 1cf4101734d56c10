// Decodes the chunks of shared weights, several at once.
#pragma once

#include "core/thread_pool.h"
#include "format/decode_weights.h"
#include "huffman/decode_table.h"

namespace dcm {

// The arrays of the weight have been allocated; every chunk writes its own part of them.
class ChunkDecoder {
 public:
  ChunkDecoder(const Payload& payload, const DecodeOptions& options, ThreadPool& pool)
      : payload_(payload), options_(options), pool_(pool) {}

  // Allocates what the threads need on the side.
  Status prepare(MemoryBudget& budget);

  // Fills segment_begin, segment_column and codes.
  Status decode_sparse(const fb::SparseShared& from, Weight* weight) const;
  // Fills codes.
  Status decode_dense_shared(const fb::DenseShared& from, Weight* weight) const;

 private:
  // What a thread needs.
  struct Desk {
    Status status;        // of the first chunk that failed
    uint32_t failed = 0;  // which one that is
    uint8_t gaps[kMaxChunkSymbols];
  };

  // Calls decode(chunk index, number of weights that earlier chunks set, gap buffer) for every chunk.
  template <typename Decode>
  Status decode_all(const flatbuffers::Vector<const fb::Chunk*>* chunks, Decode&& decode) const;
  Status verify_checksum(const fb::Chunk& chunk) const;

  Payload payload_;
  DecodeOptions options_;
  ThreadPool& pool_;
  mutable Array<Desk> desks_;  // one a thread
};

}  // namespace dcm
