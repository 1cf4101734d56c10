// Which of a delegate's arguments is which input or output of its network.
#pragma once

#include <executorch/runtime/backend/interface.h>

#include <cstdint>

namespace dcm::executorch {

// Whole networks of several inputs or outputs have them in the program's order, ExecuTorch has its arguments in one of
// its own. dcmobile/executorch/argument_order.py describes the compile specs that say so.
struct ArgumentOrder {
  // By the number of an argument, counted among inputs or outputs: that of the network's. Null: the same.
  const uint16_t* inputs = nullptr;
  const uint16_t* outputs = nullptr;
};

inline size_t place_of(const uint16_t* places, size_t argument) {
  return places == nullptr ? argument : places[argument];
}

// The lists are the allocator's. InvalidProgram for specs that are no such order of so many inputs and outputs,
// DelegateInvalidCompatibility for one of another name.
::executorch::runtime::Error read_argument_order(
    ::executorch::runtime::ArrayRef<::executorch::runtime::CompileSpec> specs, size_t inputs, size_t outputs,
    ::executorch::runtime::MemoryAllocator* allocator, ArgumentOrder* order);

}  // namespace dcm::executorch
