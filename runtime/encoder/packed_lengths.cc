#include "encoder/packed_lengths.h"

#include <algorithm>
#include <stdexcept>

#include "format/limits.h"

namespace dcm::encoder {
namespace {

constexpr uint8_t kZeroRun = 0;  // then r: r + 1 symbols that do not occur
constexpr uint8_t kRepeat = 12;  // then r: the last length r + 3 times more
constexpr size_t kLongestZeroRun = 16;
constexpr size_t kShortestRepeat = 3;
constexpr size_t kLongestRepeat = 18;

}  // namespace

std::vector<uint8_t> pack_lengths(const std::vector<uint8_t>& lengths) {
  size_t end = lengths.size();
  while (end > 0 && lengths[end - 1] == 0) --end;  // symbols after the end do not occur

  // Taking the longest run each time is optimal: a run costs two nibbles whatever its size, and what a longest repeat
  // leaves over costs as much by any other cut.
  std::vector<uint8_t> nibbles;
  for (size_t at = 0; at < end;) {
    const uint8_t length = lengths[at];
    if (length > kMaxCodeLength) throw std::invalid_argument("pack_lengths: a code length above 11");
    size_t run = 1;
    while (at + run < end && lengths[at + run] == length) ++run;
    at += run;
    if (length == 0) {
      for (; run > 0; run -= std::min(run, kLongestZeroRun)) {
        nibbles.push_back(kZeroRun);
        nibbles.push_back(static_cast<uint8_t>(std::min(run, kLongestZeroRun) - 1));
      }
      continue;
    }
    nibbles.push_back(length);
    for (--run; run >= kShortestRepeat; run -= std::min(run, kLongestRepeat)) {
      nibbles.push_back(kRepeat);
      nibbles.push_back(static_cast<uint8_t>(std::min(run, kLongestRepeat) - kShortestRepeat));
    }
    nibbles.insert(nibbles.end(), run, length);
  }

  std::vector<uint8_t> packed((nibbles.size() + 1) / 2, 0);
  for (size_t i = 0; i < nibbles.size(); ++i) {
    packed[i / 2] = static_cast<uint8_t>(packed[i / 2] | nibbles[i] << (i % 2 * 4));
  }
  return packed;
}

}  // namespace dcm::encoder
