// Percentiles of any number of times in memory that does not grow: a soak must not leak by measuring.
#pragma once

#include <array>
#include <cstdint>

namespace soak {

// Times in nanoseconds, in buckets that are 1/32 of their value wide: a percentile is at most 3 % above what was
// measured.
class LatencyHistogram {
 public:
  void add(uint64_t ns);
  void add(const LatencyHistogram& other);
  void clear() { *this = {}; }

  uint64_t count() const { return count_; }
  uint64_t max() const { return max_; }
  // Upper end of the bucket of rank ceil(share * count); 0 of no times.
  uint64_t percentile(double share) const;

 private:
  static constexpr uint32_t kParts = 32;  // buckets of a power of two
  static constexpr uint32_t kBuckets = 64 * kParts;

  static uint32_t bucket(uint64_t ns);
  static uint64_t upper_end(uint32_t bucket);

  std::array<uint64_t, kBuckets> counts_{};
  uint64_t count_ = 0, max_ = 0;
};

}  // namespace soak
