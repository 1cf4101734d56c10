// How often each symbol of an alphabet of at most 256 occurs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dcm::encoder {

// Counts of size symbols, each below alphabet.
std::vector<uint64_t> count_symbols(const uint8_t* symbols, size_t size, size_t alphabet);

// Bits that an ideal coder with these frequencies needs for all the symbols: sum of -count log2(count / total)
// (Shannon). 0 for a lone symbol.
double entropy_bits(const std::vector<uint64_t>& counts);

}  // namespace dcm::encoder
