// libFuzzer's mutator for the targets that take a whole .dcmodel: most of the time by the schema, else byte by byte.
#include <cstring>
#include <vector>

#include "model_mutator.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned int seed) {
  std::mt19937 random(seed);
  if (random() % 8 == 0 || !dcm::fuzz::is_model(data, size)) {
    size = LLVMFuzzerMutate(data, size, most);
    if (random() % 4 != 0 && dcm::fuzz::is_model(data, size)) dcm::fuzz::reseal(data);
    return size;
  }
  return dcm::fuzz::mutate_model(data, size, most, nullptr, 0, random);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1, const uint8_t* data2, size_t size2,
                                            uint8_t* out, size_t most, unsigned int seed) {
  if (size1 > most) return 0;
  std::mt19937 random(seed);
  std::memcpy(out, data1, size1);
  if (!dcm::fuzz::is_model(data1, size1)) return size1;
  return dcm::fuzz::mutate_model(out, size1, most, data2, size2, random);
}
