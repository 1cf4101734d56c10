// dcmobile_attacks FOLDER: opens every hostile file of tests/attacks/make_attacks.py in every way that the C API has,
// and runs those that open. Built with the sanitizers it sees what a wrong error code does not show. It also counts
// what the runtime holds of memory, which must stay below what docs/security.md promises, and the steps that it takes.
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "counted_steps.h"
#include "dcmobile/dcmobile.h"
#include "format/memory_bound.h"

namespace {

std::atomic<int64_t> held{0}, most_held{0};

}  // namespace

// The runtime's one way to memory (core/memory.cc), wrapped by the linker.
extern "C" {
int __real_posix_memalign(void** block, size_t alignment, size_t size);
void __real_free(void* block);

int __wrap_posix_memalign(void** block, size_t alignment, size_t size) {
  const int result = __real_posix_memalign(block, alignment, size);
  if (result == 0) {
    const int64_t now = held += static_cast<int64_t>(malloc_usable_size(*block));
    int64_t most = most_held;
    while (now > most && !most_held.compare_exchange_weak(most, now)) {
    }
  }
  return result;
}
void __wrap_free(void* block) {
  if (block != nullptr) held -= static_cast<int64_t>(malloc_usable_size(block));
  __real_free(block);
}
}

namespace {

// A block of a page more than is asked for, and what handles and threads take.
constexpr int64_t kOutsideTheBudget = 1 << 20;
// A hang guard, not a measure of speed: sanitizers and a loaded machine take ten times as long as the bar of
// docs/security.md, work that grows with the square of a file's size a thousand times.
constexpr double kMostSeconds = 60;
// Steps for each byte of memory that a file may ask for, which grows with its size: work in proportion to that. A file
// whose work grows with the square of its size takes thousands.
constexpr double kMostSteps = 3;
// Contexts are the application's to bound; these keep a test's machine free.
constexpr uint64_t kContextLimit = uint64_t{64} << 20;
constexpr size_t kMostElements = size_t{1} << 22;

std::vector<uint8_t> public_key;  // empty: models need no signature
int failures = 0;
double slowest_seconds = 0, most_steps = 0;
std::string slowest, busiest;

void fail(const std::string& name, const std::string& text) {
  std::printf("%s: %s\n", name.c_str(), text.c_str());
  ++failures;
}

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

struct Attack {
  std::string name, code, path;
  std::vector<uint8_t> bytes;
};

size_t elements_of(const dcm_tensor_info& info) {
  size_t elements = 1;
  for (uint32_t i = 0; i < info.rank; ++i) {
    elements *= info.dims[i] < 0 ? 1 : static_cast<size_t>(info.dims[i]);
    if (elements > kMostElements) return kMostElements + 1;
  }
  return elements;
}

// Runs a model that opened on the numbers that do most harm. All that may come of it is an answer, or a refusal of the
// numbers or of the memory.
void run(const Attack& attack, const dcm_model* model, uint32_t threads) {
  dcm_options options = DCM_OPTIONS_DEFAULT;
  options.memory_limit = kContextLimit;
  options.threads = threads;
  dcm_context* context = nullptr;
  dcm_error error{};
  if (dcm_context_create(model, &options, &context, &error) != DCM_OK) {
    if (error.code != DCM_MACHINE_LIMIT) fail(attack.name, std::string("no context: ") + error.text);
    return;
  }
  std::vector<size_t> sizes[2];
  bool small = true;
  const size_t counts[2] = {dcm_model_input_count(model), dcm_model_output_count(model)};
  for (const int outputs : {0, 1})
    for (size_t i = 0; i < counts[outputs]; ++i) {
      dcm_tensor_info info;
      if ((outputs ? dcm_model_output : dcm_model_input)(model, i, &info, nullptr) != DCM_OK)
        fail(attack.name, "a value cannot be described");
      sizes[outputs].push_back(elements_of(info));
      small = small && sizes[outputs].back() <= kMostElements;
    }
  for (const float value : {0.0f, -1.0f, 1e30f, std::numeric_limits<float>::quiet_NaN()}) {
    if (!small) break;
    std::vector<std::unique_ptr<float[]>> tensors[2];
    std::vector<float*> pointers[2];
    for (const int outputs : {0, 1})
      for (const size_t size : sizes[outputs]) {
        tensors[outputs].emplace_back(new float[size]);
        pointers[outputs].push_back(tensors[outputs].back().get());
        for (size_t k = 0; k < size; ++k) pointers[outputs].back()[k] = value;
      }
    const int code = dcm_context_run(context, pointers[0].data(), sizes[0].data(), counts[0], pointers[1].data(),
                                     sizes[1].data(), counts[1], &error);
    if (code != DCM_OK && code != DCM_CALL_VALUE) fail(attack.name, std::string("does not run: ") + error.text);
  }
  dcm_context_destroy(context);
}

// open(options, &model, &error) in one way.
template <typename Open>
void attempt(const Attack& attack, const char* way, dcm_options options, Open&& open) {
  if (!public_key.empty()) options.public_key = public_key.data();
  dcm_model* model = reinterpret_cast<dcm_model*>(uintptr_t{1});
  dcm_error error{};
  const int64_t before = held;
  most_held = before;
  const uint64_t bound = dcm::memory_bound(attack.bytes.size());
  const uint64_t steps_before = dcm::testing::counted_steps();
  const double start = cpu_seconds();
  const int code = open(&options, &model, &error);
  const double seconds = cpu_seconds() - start;
  const double steps = static_cast<double>(dcm::testing::counted_steps() - steps_before) / static_cast<double>(bound);
  if (seconds > slowest_seconds) slowest_seconds = seconds, slowest = attack.name;
  if (steps > most_steps) most_steps = steps, busiest = attack.name;
  if (most_held - before > static_cast<int64_t>(bound) + kOutsideTheBudget)
    fail(attack.name,
         std::string(way) + " held " + std::to_string(most_held - before) + " bytes, may " + std::to_string(bound));
  if (steps > kMostSteps)
    fail(attack.name, std::string(way) + " took " + std::to_string(steps) + " steps for each byte that it may hold");
  if (seconds > kMostSeconds) fail(attack.name, std::string(way) + " took " + std::to_string(seconds) + " s");
  if (attack.code != dcm_code_name(code))
    fail(attack.name,
         std::string(way) + " gave " + dcm_code_name(code) + " (" + error.text + "), expected " + attack.code);
  if ((code == DCM_OK) != (model != nullptr)) fail(attack.name, std::string(way) + ": a model and a code at odds");
  if (code != DCM_OK && (error.code != code || std::memchr(error.text, '\0', sizeof error.text) == nullptr ||
                         error.text[0] == '\0' || std::strchr(error.text, '\n') != nullptr))
    fail(attack.name, std::string(way) + ": its error is no line of text");
  if (model != nullptr) run(attack, model, options.threads);
  dcm_model_close(model);
  if (held != before) fail(attack.name, std::string(way) + " leaks " + std::to_string(held - before) + " bytes");
}

void carry_out(const Attack& attack) {
  dcm_options options = DCM_OPTIONS_DEFAULT;
  attempt(attack, "by path", options, [&](const dcm_options* o, dcm_model** model, dcm_error* error) {
    return dcm_model_open(attack.path.c_str(), o, model, error);
  });
  // Blocks of exactly the file's size, so that a read behind it is seen; the second one at an odd address.
  const size_t size = attack.bytes.size();
  for (const size_t shift : {size_t{0}, size_t{1}}) {
    std::unique_ptr<uint8_t[]> copy(new uint8_t[size + shift]);
    if (size > 0) std::memcpy(copy.get() + shift, attack.bytes.data(), size);
    options.threads = shift == 0 ? 4 : 1;
    attempt(attack, shift == 0 ? "from memory" : "from an odd address", options,
            [&](const dcm_options* o, dcm_model** model, dcm_error* error) {
              return dcm_model_open_memory(copy.get() + shift, size, o, model, error);
            });
  }
  options.threads = 1;
  options.skip_checksum = 1;
  if (attack.code != "FILE_CHECKSUM")
    attempt(attack, "by descriptor", options, [&](const dcm_options* o, dcm_model** model, dcm_error* error) {
      const int fd = open(attack.path.c_str(), O_RDONLY | O_CLOEXEC);
      const int code = dcm_model_open_fd(fd, 0, size, o, model, error);
      close(fd);
      return code;
    });
}

std::vector<uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::printf("cannot read %s\n", path.c_str());
    std::exit(1);
  }
  std::ostringstream content;
  content << file.rdbuf();
  const std::string text = content.str();
  return {text.begin(), text.end()};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::printf("usage: dcmobile_attacks FOLDER\n");
    return 2;
  }
  const std::string folder = argv[1];
  const std::vector<uint8_t> table = read_file(folder + "/attacks.tsv");
  std::istringstream lines(std::string(table.begin(), table.end()));
  std::string line;
  size_t attacks = 0;
  if (access((folder + "/public_key").c_str(), F_OK) == 0) public_key = read_file(folder + "/public_key");
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    Attack attack;
    if (!std::getline(fields, attack.name, '\t') || !std::getline(fields, attack.code, '\t')) {
      std::printf("not a line of attacks: %s\n", line.c_str());
      return 1;
    }
    attack.path = folder + "/" + attack.name + ".dcmodel";
    attack.bytes = read_file(attack.path);
    carry_out(attack);
    ++attacks;
  }
  if (attacks == 0) fail(folder, "there are no attacks");
  std::printf("%zu hostile files, %d failures; the slowest, %s, took %.2f s of a processor", attacks, failures,
              slowest.c_str(), slowest_seconds);
  if (most_steps > 0) std::printf("; %s took the most steps, %.2f for each byte", busiest.c_str(), most_steps);
  std::printf("\n");
  return failures == 0 ? 0 : 1;
}
