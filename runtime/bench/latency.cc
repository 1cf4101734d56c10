#include "latency.h"

#include <time.h>

#include <algorithm>
#include <cmath>

namespace bench {
namespace {

constexpr double kSecond = 1e9;

void sleep_for(double seconds) {
  if (seconds <= 0) return;
  timespec left;
  left.tv_sec = static_cast<time_t>(seconds);
  left.tv_nsec = static_cast<long>((seconds - static_cast<double>(left.tv_sec)) * kSecond);
  while (nanosleep(&left, &left) != 0) {
  }
}

}  // namespace

uint64_t now_ns() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1000000000u + static_cast<uint64_t>(time.tv_nsec);
}

Latency summarise(std::vector<uint64_t> times) {
  Latency result;
  if (times.empty()) return result;
  // With an order of its own, so that it is compiled here: there may be no C++ library (runtime/android/program).
  std::sort(times.begin(), times.end(), [](uint64_t a, uint64_t b) { return a < b; });
  const double count = static_cast<double>(times.size());
  const auto at = [&](double share) {
    const size_t rank = static_cast<size_t>(std::ceil(share * count));
    return times[rank == 0 ? 0 : rank - 1];
  };
  for (uint64_t time : times) result.mean += static_cast<double>(time) / count;
  for (uint64_t time : times) {
    const double off = static_cast<double>(time) - result.mean;
    result.deviation += off * off / count;
  }
  result.deviation = std::sqrt(result.deviation);
  result.runs = times.size();
  result.min = times.front();
  result.median = at(0.5);
  result.p90 = at(0.9);
  result.p99 = at(0.99);
  result.max = times.back();
  return result;
}

bool repeat(const Effort& effort, const std::function<bool()>& run, std::vector<uint64_t>* times) {
  times->clear();
  const uint64_t start = now_ns();
  for (;;) {
    const double gone = static_cast<double>(now_ns() - start) / kSecond;
    if ((times->size() >= effort.runs && gone >= effort.seconds) || gone >= effort.most_seconds) return true;
    if (!times->empty()) sleep_for(effort.delay);
    const uint64_t begin = now_ns();
    if (!run()) return false;
    times->push_back(now_ns() - begin);
  }
}

}  // namespace bench
