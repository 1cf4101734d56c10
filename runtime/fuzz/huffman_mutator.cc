// libFuzzer's mutator for the Huffman target: now and then a whole new code with streams that fit it, which no change
// of bytes would find.
#include <cstring>

#include "huffman_case.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned int seed) {
  std::mt19937 random(seed);
  if (random() % 8 != 0) return LLVMFuzzerMutate(data, size, most);
  const std::vector<uint8_t> made = dcm::fuzz::random_case(random, most / 2);
  if (made.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::memcpy(data, made.data(), made.size());
  return random() % 2 == 0 ? made.size() : LLVMFuzzerMutate(data, made.size(), most);
}
