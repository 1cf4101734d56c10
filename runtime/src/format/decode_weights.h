// From verified sections of the file to the resident weights.
#pragma once

#include "core/thread_pool.h"
#include "format/container.h"
#include "format/weight.h"

namespace dcm {

struct DecodeOptions {
  bool check_checksums = true;
};

// Decodes every weight of a file that verify_weights() has passed into the array that it filled, and checks what only
// decoding can: checksums, the ends of the streams, the positions of the non-zeros, finite dense values. The file is no
// longer needed afterwards. The error is the same for any number of threads: the first in order of weights and chunks.
Status decode_weights(const Container& file, const DecodeOptions& options, MemoryBudget& budget, ThreadPool& pool,
                      Array<Weight>* weights);

}  // namespace dcm
