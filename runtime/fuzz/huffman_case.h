// Inputs of the Huffman target (fuzz_huffman.cc says what they hold).
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace dcm::fuzz {

// A random code with streams of symbols that fit it: fewer than most_symbols.
std::vector<uint8_t> random_case(std::mt19937& random, size_t most_symbols);

}  // namespace dcm::fuzz
