#include "energy.h"

#include <dirent.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>

namespace bench {
namespace {

bool read_number(const std::string& path, uint64_t* number) {
  FILE* file = std::fopen(path.c_str(), "r");
  if (file == nullptr) return false;
  const bool read = std::fscanf(file, "%" SCNu64, number) == 1;
  std::fclose(file);
  return read;
}

bool names_a_package(const std::string& path) {
  FILE* file = std::fopen(path.c_str(), "r");
  if (file == nullptr) return false;
  char name[64] = "";
  const bool read = std::fgets(name, sizeof name, file) != nullptr;
  std::fclose(file);
  return read && std::strncmp(name, "package-", 8) == 0;
}

}  // namespace

EnergyMeter::EnergyMeter(const std::string& root) {
  DIR* folder = opendir(root.c_str());
  if (folder == nullptr) {
    unavailable_ = "cannot read " + root + ": " + std::strerror(errno);
    return;
  }
  bool found = false;
  // Only whole packages: their cores and the memory controller are domains below them, or counted twice ("mmio").
  while (const dirent* entry = readdir(folder)) {
    if (std::strncmp(entry->d_name, "intel-rapl:", 11) != 0) continue;
    const std::string domain = root + "/" + entry->d_name;
    if (!names_a_package(domain + "/name")) continue;
    found = true;
    Counter counter;
    counter.file = domain + "/energy_uj";
    if (!read_number(counter.file, &counter.begin)) continue;
    (void)read_number(domain + "/max_energy_range_uj", &counter.range);
    packages_.push_back(counter);
  }
  closedir(folder);
  if (packages_.empty())
    unavailable_ = found ? "the RAPL counters in " + root + " are for root only" : "no RAPL counter in " + root;
}

void EnergyMeter::start() {
  for (Counter& counter : packages_) (void)read_number(counter.file, &counter.begin);
}

Energy EnergyMeter::stop() const {
  Energy energy;
  energy.unavailable = unavailable_;
  for (const Counter& counter : packages_) {
    uint64_t end;
    if (!read_number(counter.file, &end)) {
      energy = {0, 0, "cannot read " + counter.file + " any more"};
      break;
    }
    const uint64_t wrapped = end < counter.begin ? counter.range : 0;
    energy.joules += 1e-6 * static_cast<double>(end + wrapped - counter.begin);
    ++energy.packages;
  }
  return energy;
}

}  // namespace bench
