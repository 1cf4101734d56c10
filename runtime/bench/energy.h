// What the processor consumed, from its own counters (RAPL, through Linux's powercap). Where there are none it says so:
// nothing is estimated.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

struct Energy {
  double joules = 0;        // of all packages, everything else that ran on them included
  uint32_t packages = 0;    // 0: not measured
  std::string unavailable;  // then why
};

class EnergyMeter {
 public:
  // root: the folder of the powercap class.
  explicit EnergyMeter(const std::string& root = "/sys/class/powercap");
  void start();
  Energy stop() const;

 private:
  struct Counter {
    std::string file;    // microjoules, wraps at range
    uint64_t range = 0;  // 0 where the system does not say
    uint64_t begin = 0;
  };
  std::vector<Counter> packages_;
  std::string unavailable_;
};

}  // namespace bench
