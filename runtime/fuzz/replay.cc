// The main of a fuzz target without libFuzzer, for any compiler: gives the target every file of some folders, and, for
// .dcmodel targets, mutated copies of each.
//
//   dcmobile_replay_load [--mutations N] FOLDER_OR_FILE...
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "model_mutator.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Bytes = std::vector<uint8_t>;

constexpr size_t kRoom = 16 << 10;  // that mutations may add

// In a block of exactly its size, so that a sanitizer sees a read behind it.
void test(const uint8_t* data, size_t size) {
  const Bytes exact(data, data + size);
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

void test_mutations(const Bytes& file, const Bytes& donor, uint32_t count) {
  if (!dcm::fuzz::is_model(file.data(), file.size())) return;
  std::mt19937 random(static_cast<uint32_t>(file.size()));
  for (uint32_t i = 0; i < count; ++i) {
    Bytes mutated = file;
    mutated.resize(file.size() + kRoom);
    size_t size = file.size();
    for (uint32_t steps = 1 + random() % 3; steps > 0 && dcm::fuzz::is_model(mutated.data(), size); --steps) {
      const bool cross = random() % 4 == 0;
      size = dcm::fuzz::mutate_model(mutated.data(), size, mutated.size(), cross ? donor.data() : nullptr, donor.size(),
                                     random);
    }
    test(mutated.data(), size);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  uint32_t mutations = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--mutations") == 0 && i + 1 < argc) {
      mutations = static_cast<uint32_t>(std::strtoul(argv[++i], nullptr, 10));
    } else if (std::filesystem::is_directory(argv[i])) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i]))
        if (entry.is_regular_file()) files.push_back(entry.path());
    } else {
      files.emplace_back(argv[i]);
    }
  }
  std::sort(files.begin(), files.end());
  Bytes donor;
  for (const auto& path : files) {
    std::ifstream in(path, std::ios::binary);
    const Bytes file{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in) {
      std::fprintf(stderr, "cannot read %s\n", path.c_str());
      return 1;
    }
    test(file.data(), file.size());
    test_mutations(file, donor, mutations);
    donor = file;
  }
  std::printf("%zu files, %u mutations of each .dcmodel\n", files.size(), mutations);
  return files.empty() ? 1 : 0;
}
