#include "latency_histogram.h"

#include <cmath>

namespace soak {

void LatencyHistogram::add(uint64_t ns) {
  ++counts_[bucket(ns)];
  ++count_;
  if (ns > max_) max_ = ns;
}

void LatencyHistogram::add(const LatencyHistogram& other) {
  for (uint32_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  if (other.max_ > max_) max_ = other.max_;
}

uint64_t LatencyHistogram::percentile(double share) const {
  const auto rank = static_cast<uint64_t>(std::ceil(share * static_cast<double>(count_)));
  uint64_t seen = 0;
  for (uint32_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (seen >= rank && seen > 0) return upper_end(i) < max_ ? upper_end(i) : max_;
  }
  return 0;
}

// Below kParts a bucket a number; above, the number's top bit gives the power of two and the next five the part.
uint32_t LatencyHistogram::bucket(uint64_t ns) {
  if (ns < kParts) return static_cast<uint32_t>(ns);
  const uint32_t power = 63u - static_cast<uint32_t>(__builtin_clzll(ns));
  return (power - 4) * kParts + static_cast<uint32_t>(ns >> (power - 5) & (kParts - 1));
}

uint64_t LatencyHistogram::upper_end(uint32_t bucket) {
  if (bucket < kParts) return bucket;
  const uint32_t power = bucket / kParts + 4;
  return ((uint64_t{kParts} + bucket % kParts + 1) << (power - 5)) - 1;
}

}  // namespace soak
