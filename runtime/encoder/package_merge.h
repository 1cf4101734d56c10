// Optimal length-limited Huffman codes (format.md, 5.1), by package-merge: L. Larmore and D. Hirschberg, "A fast
// algorithm for optimal length-limited Huffman codes", Journal of the ACM 37(3), 1990.
#pragma once

#include <cstdint>
#include <vector>

namespace dcm::encoder {

// counts[s] is how often symbol s occurs. Returns the length in bits of each symbol's code word, 0 for one that does
// not occur. No code with words of at most `limit` bits (1..32) is shorter in total, sum of counts[s] * length[s]. A
// lone symbol gets length 1. Equal counts: the smaller symbol never has the longer word. Deterministic. Throws
// std::invalid_argument if more than 2^limit symbols occur or the counts sum to 2^56 or more.
std::vector<uint8_t> package_merge(const std::vector<uint64_t>& counts, uint32_t limit);

}  // namespace dcm::encoder
