// Several gaps at once: how many of them skip, and where those that do not lead.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/bits.h"

namespace dcm {

// How many of count symbols are skips. Fits: at most count, and i does not pass it.
inline uint32_t count_skips(const uint8_t* gaps, uint32_t count, uint8_t skip) {
  typedef uint8_t Lanes __attribute__((vector_size(16)));
  constexpr uint32_t kLanes = sizeof(Lanes), kMostSteps = 255;  // so often a lane can count
  uint32_t skips = 0, i = 0;
  while (count - i >= kLanes) {
    Lanes sums = {};
    for (uint32_t steps = kMostSteps; steps > 0 && count - i >= kLanes; --steps, i += kLanes) {
      Lanes each;
      std::memcpy(&each, gaps + i, sizeof each);
      sums -= static_cast<Lanes>(each == skip);  // a lane where that holds is 255, which is -1
    }
    for (uint32_t lane = 0; lane < kLanes; ++lane) skips += sums[lane];
  }
  for (; i < count; ++i) skips += gaps[i] == skip;
  return skips;
}

constexpr uint32_t kGapGroup = 8;

// Takes count pairs apart into 2 * count gaps of that many bits. The pairs may stand in the second half of the memory
// that the gaps take. Fits: count is kMaxChunkSymbols / 2 at most, and bits 4.
inline void split_gap_pairs(const uint8_t* pairs, uint32_t count, uint32_t bits, uint8_t* gaps) {
  typedef uint8_t Pairs __attribute__((vector_size(kGapGroup)));
  typedef uint16_t Wide __attribute__((vector_size(2 * kGapGroup)));
  const uint16_t low = static_cast<uint16_t>((1u << bits) - 1);
  const uint16_t shift = static_cast<uint16_t>(bits);
  uint32_t i = 0;
  for (; count - i >= kGapGroup; i += kGapGroup) {
    Pairs each;
    std::memcpy(&each, pairs + i, sizeof each);
    const Wide wide = __builtin_convertvector(each, Wide);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    const Wide apart = (wide & low) << 8 | wide >> shift;
#else
    const Wide apart = (wide & low) | (wide >> shift) << 8;
#endif
    std::memcpy(gaps + 2 * i, &apart, sizeof apart);
  }
  for (; i < count; ++i) {
    const uint8_t pair = pairs[i];
    gaps[2 * i] = static_cast<uint8_t>(pair & low);
    gaps[2 * i + 1] = static_cast<uint8_t>(pair >> bits);
  }
}

// Writes the columns of the non-zeros that the next kGapGroup gaps set, where column is the first that they may set and
// room columns are left in the segment. Returns how many columns they take, the last non-zero's included; 0, and
// nothing is written, if one is a skip or they leave the segment. Fits: a sum of kGapGroup gaps is at most 8 * 256, and
// in 16 bits the columns that leave the segment wrap, which taken > room has refused.
inline uint32_t place_gap_group(const uint8_t* gaps, uint8_t skip, uint32_t column, uint32_t room, uint16_t* columns) {
  typedef uint8_t Gaps __attribute__((vector_size(kGapGroup)));
  typedef uint16_t Columns __attribute__((vector_size(2 * kGapGroup)));
  typedef uint64_t Halves __attribute__((vector_size(2 * kGapGroup)));
  constexpr uint64_t kOnes = 0x0101010101010101u, kTops = 0x8080808080808080u;

  const uint64_t differences = load_le64(gaps) ^ kOnes * skip;
  if (((differences - kOnes) & ~differences & kTops) != 0) return 0;  // a byte is zero

  Gaps each;
  std::memcpy(&each, gaps, sizeof each);
  Columns ends = __builtin_convertvector(each, Columns) + 1;
  // Sums of the gaps up to each one, in both halves of four.
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  ends += reinterpret_cast<Columns>(reinterpret_cast<Halves>(ends) >> 16);
  ends += reinterpret_cast<Columns>(reinterpret_cast<Halves>(ends) >> 32);
#else
  ends += reinterpret_cast<Columns>(reinterpret_cast<Halves>(ends) << 16);
  ends += reinterpret_cast<Columns>(reinterpret_cast<Halves>(ends) << 32);
#endif
  const uint32_t first_half = ends[kGapGroup / 2 - 1], taken = first_half + ends[kGapGroup - 1];
  if (taken > room) return 0;
  const uint16_t low = static_cast<uint16_t>(column - 1), high = static_cast<uint16_t>(low + first_half);
  ends += Columns{low, low, low, low, high, high, high, high};
  std::memcpy(columns, &ends, sizeof ends);
  return taken;
}

}  // namespace dcm
