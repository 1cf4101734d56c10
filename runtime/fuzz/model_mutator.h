// Mutates .dcmodel files so that most of them get past the checks at the door: fields keep their places, checksums are
// made right again, and a packed model is expanded, changed and packed again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace dcm::fuzz {

// Whether the bytes pass the flatbuffers verifier, so that they can be walked.
bool is_model(const uint8_t* data, size_t size);

// Changes the file of `size` bytes in a block of `most` bytes; returns its new size. `donor` gives elements to vectors;
// null: the file itself.
size_t mutate_model(uint8_t* data, size_t size, size_t most, const uint8_t* donor, size_t donor_size,
                    std::mt19937& random);

// Makes every CRC-32C of the file right whose section lies in the payload. The bytes must be a model.
void reseal(uint8_t* data);

}  // namespace dcm::fuzz
