#include "encoder/symbol_counts.h"

#include <array>
#include <cmath>

namespace dcm::encoder {

std::vector<uint64_t> count_symbols(const uint8_t* symbols, size_t size, size_t alphabet) {
  // Two tables, so that runs of one symbol do not wait for their own stores.
  std::array<std::array<uint64_t, 256>, 2> tables{};
  for (size_t i = 0; i < size; ++i) ++tables[i & 1][symbols[i]];
  std::vector<uint64_t> counts(alphabet);
  for (size_t symbol = 0; symbol < alphabet; ++symbol) counts[symbol] = tables[0][symbol] + tables[1][symbol];
  return counts;
}

double entropy_bits(const std::vector<uint64_t>& counts) {
  uint64_t total = 0;
  for (uint64_t count : counts) total += count;
  double bits = 0;
  for (uint64_t count : counts) {
    if (count != 0 && count != total) {
      bits -= static_cast<double>(count) * std::log2(static_cast<double>(count) / static_cast<double>(total));
    }
  }
  return bits;
}

}  // namespace dcm::encoder
