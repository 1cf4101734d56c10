// A flatbuffer written anew, with one of its vectors changed: what cannot be done in place.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace dcm::fuzz {

// The model at `data` with one vector changed: an operator, weight, chunk, label or number left out, doubled, moved, or
// taken from `donor`. Both must have passed the flatbuffers verifier; they may be the same file. What is absent stays
// absent, which an object API would not promise. Empty if it grows beyond most_bytes.
std::vector<uint8_t> rebuild_model(const uint8_t* data, const uint8_t* donor, size_t most_bytes, std::mt19937& random);

}  // namespace dcm::fuzz
