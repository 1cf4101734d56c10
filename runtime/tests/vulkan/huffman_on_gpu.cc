// Decodes Huffman streams on the CPU and on a Vulkan device, compares the symbols, and says how long each took:
//
//     dcmobile_huffman_on_gpu GROUPS
//
// A group is four streams of 65,536 symbols together, the most that a chunk has. One thread of the CPU; on the device
// an invocation a stream, which leaves out what would have to follow there: gaps added up to positions. docs/gpu.md has
// what came out.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "bare_device.h"
#include "huffman/stream_decoder.h"
#include "naive_huffman.h"

namespace dcm::testing {
namespace {

const uint32_t kWords[] = {
#include "huffman_on_gpu.inc"
};
constexpr vulkan::Shader kShader = {"huffman_on_gpu", kWords, sizeof kWords / sizeof kWords[0], 0};
constexpr uint32_t kThreads = 64, kSymbols = 65536;

double milliseconds_of(const std::function<void()>& work) {
  work();  // pipelines, pages
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

struct Group {
  Streams streams;
  Symbols symbols;
};

// Whether the device finds all symbols.
bool decode_on_device(const DecodeTable& table, const std::vector<Group>& groups, double* milliseconds) {
  BareDevice& device = BareDevice::shared();
  std::vector<uint32_t> records;
  Bytes bytes;
  uint32_t words = 0;
  for (const Group& group : groups) {
    uint32_t at = static_cast<uint32_t>(bytes.size());
    bytes.insert(bytes.end(), group.streams.bytes.begin(), group.streams.bytes.end());
    for (uint32_t j = 0; j < kStreams; ++j) {
      const uint32_t symbols = stream_symbols(kSymbols, j);
      records.insert(records.end(), {at, symbols, words});
      at += group.streams.sizes[j];
      words += symbols / 4;
    }
  }
  const auto filled = [&device](const void* data, size_t size) {
    DeviceBuffer buffer = device.create_buffer(size / 4 + 2);
    std::memcpy(buffer.data(), data, size);
    return buffer;
  };
  DeviceBuffer y = device.create_buffer(words), a = filled(records.data(), records.size() * 4),
               b = filled(bytes.data(), bytes.size()), c = filled(table.entries, sizeof table.entries);
  vulkan::Step step;
  step.push[0] = static_cast<uint32_t>(groups.size()) * kStreams;
  step.push_words = 1;
  step.groups = (step.push[0] + kThreads - 1) / kThreads;
  DeviceBuffer* const bindings[4] = {&y, &a, &b, &c};
  *milliseconds = milliseconds_of([&] { device.run(step, kShader, bindings); });
  bool same = true;
  for (size_t i = 0; i < groups.size(); ++i)
    same &= std::memcmp(y.data() + i * kSymbols / 4, groups[i].symbols.data(), kSymbols) == 0;
  for (DeviceBuffer* buffer : bindings) device.destroy(buffer);
  return same;
}

bool measure(uint32_t group_count) {
  std::mt19937 random(1);
  const Lengths lengths = random_lengths(random, 32, 32);  // as gaps of 5 bits have, or codes
  const Bytes packed = pack_lengths(lengths);
  CodeLengths code;
  DecodeTable table;
  if (!unpack_code_lengths(packed.data(), packed.size(), 32, &code).ok()) return false;
  table.build(code, uint64_t{group_count} * kSymbols);
  std::vector<Group> groups(group_count);
  for (Group& group : groups) {
    group.symbols.resize(kSymbols);
    // A random bit string decides, so that symbols come as often as the code is made for.
    for (uint8_t& symbol : group.symbols)
      symbol = static_cast<uint8_t>(table.entries[random() % DecodeTable::kEntries] >> 8);
    group.streams = encode_streams(lengths, group.symbols);
    group.streams.bytes.resize(group.streams.bytes.size() + kPayloadSlack);
  }
  Symbols found(kSymbols);
  bool same = true;
  const double on_cpu = milliseconds_of([&] {
    for (const Group& group : groups) {
      same &=
          decode_streams(table, group.streams.bytes.data(), group.streams.sizes.data(), kSymbols, found.data()).ok();
      same &= found == group.symbols;
    }
  });
  double on_device = 0.0;
  same &= decode_on_device(table, groups, &on_device);
  const double symbols = double{kSymbols} * group_count;
  std::printf(
      "%u groups, %.1f bits a symbol\nCPU, one thread  %8.2f ms  %6.2f ns a symbol\n%-15.15s  %8.2f ms  %6.2f\n",
      group_count, 8.0 * static_cast<double>(groups[0].streams.bytes.size() - kPayloadSlack) / kSymbols, on_cpu,
      1e6 * on_cpu / symbols, BareDevice::shared().name().c_str(), on_device, 1e6 * on_device / symbols);
  if (!same) std::printf("the symbols differ\n");
  return same;
}

}  // namespace
}  // namespace dcm::testing

int main(int count, char** arguments) {
  const int groups = count == 2 ? std::atoi(arguments[1]) : 0;
  if (groups < 1 || groups > 4096) {
    std::fprintf(stderr, "usage: dcmobile_huffman_on_gpu GROUPS (1 to 4096)\n");
    return 2;
  }
  return dcm::testing::measure(static_cast<uint32_t>(groups)) ? 0 : 1;
}
