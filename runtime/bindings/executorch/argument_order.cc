#include "argument_order.h"

#include <executorch/runtime/platform/log.h>

#include <cstring>

namespace dcm::executorch {
namespace {

using ::executorch::runtime::CompileSpec;
using ::executorch::runtime::Error;

constexpr uint16_t kNone = 0xFFFF;

Error read_places(const CompileSpec& spec, size_t count, ::executorch::runtime::MemoryAllocator* allocator,
                  const uint16_t** places) {
  if (*places != nullptr || count >= kNone || spec.value.buffer == nullptr || spec.value.nbytes != 2 * count) {
    ET_LOG(Error, "dcmobile: the order of %zu %s has %zu bytes", count, spec.key, spec.value.nbytes);
    return Error::InvalidProgram;
  }
  uint16_t* found = allocator->allocateList<uint16_t>(count);
  if (found == nullptr) return Error::MemoryAllocationFailed;
  for (size_t i = 0; i < count; ++i) found[i] = kNone;
  const uint8_t* bytes = static_cast<const uint8_t*>(spec.value.buffer);
  for (size_t place = 0; place < count; ++place) {
    const size_t argument = bytes[2 * place] | static_cast<size_t>(bytes[2 * place + 1]) << 8;
    if (argument >= count || found[argument] != kNone) {
      ET_LOG(Error, "dcmobile: the order of %s names argument %zu twice, or has no such", spec.key, argument);
      return Error::InvalidProgram;
    }
    found[argument] = static_cast<uint16_t>(place);
  }
  *places = found;
  return Error::Ok;
}

}  // namespace

Error read_argument_order(::executorch::runtime::ArrayRef<CompileSpec> specs, size_t inputs, size_t outputs,
                          ::executorch::runtime::MemoryAllocator* allocator, ArgumentOrder* order) {
  for (const CompileSpec& spec : specs) {
    const bool of_inputs = std::strcmp(spec.key, "inputs") == 0;
    if (!of_inputs && std::strcmp(spec.key, "outputs") != 0) {
      ET_LOG(Error, "dcmobile: no compile spec is called '%.64s' in this version", spec.key);
      return Error::DelegateInvalidCompatibility;
    }
    const Error failure = of_inputs ? read_places(spec, inputs, allocator, &order->inputs)
                                    : read_places(spec, outputs, allocator, &order->outputs);
    if (failure != Error::Ok) return failure;
  }
  return Error::Ok;
}

}  // namespace dcm::executorch
