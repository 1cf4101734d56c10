// What an emulator of another machine cannot do.
#pragma once

#include <cstdlib>

namespace dcm::testing {

// Whether the program runs under qemu, as cmake/tests.cmake has it: there a child of fork() cannot start threads
// (qemu's assertions fail), and resident memory is also what qemu has translated.
inline bool emulated() {
  return std::getenv("DCMOBILE_TEST_EMULATED") != nullptr;
}

}  // namespace dcm::testing
