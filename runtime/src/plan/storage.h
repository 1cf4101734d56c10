// Where the values of a graph live while it runs, and from when to when.
#pragma once

#include <cstdint>

#include "core/array.h"
#include "graph/graph.h"

namespace dcm {

enum class StorageKind : uint8_t {
  kInput,   // the caller's input buffer
  kOutput,  // the caller's output buffer
  kWeight,  // the values of a dense weight
  kArena,   // a part of the context's arena
};

// A block of memory that one value is written to, and that views of it share.
struct Storage {
  StorageKind kind = StorageKind::kArena;
  bool batched = false;   // there is one of it for each sample
  uint32_t index = 0;     // which input, output or weight
  uint32_t first_op = 0;  // kArena: from this operator, which writes it,
  uint32_t last_op = 0;   //   to this one, the last that reads it, the block is taken
  uint64_t elements = 0;  // a sample, if it is batched

  uint64_t samples(uint32_t batch) const { return batched ? batch : 1; }
};

// An output whose value cannot be computed in place, because it is an input, a weight or a second output of one value:
// copied at the end.
struct OutputCopy {
  uint32_t output;
  uint32_t storage;
};

constexpr uint32_t kNoHost = 0xFFFFFFFFu;

struct StorageMap {
  Array<Storage> storages;     // in order of first_op
  Array<uint32_t> of_value;    // index of a storage, for every value
  Array<uint32_t> by_last_op;  // indices of those in the arena, in order of last_op
  Array<OutputCopy> copies;

  // hosts: for each operator the one whose kernel computes it too, into the storage that its own value would have, or
  // kNoHost.
  Status build(const Graph& graph, const Array<uint32_t>& hosts, MemoryBudget& budget);
};

}  // namespace dcm
