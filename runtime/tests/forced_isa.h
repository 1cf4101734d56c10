// One machine tests the kernels of every instruction set that it has.
#pragma once

#include <cstdlib>
#include <vector>

#include "kernels/isa.h"

namespace dcm::testing {

inline std::vector<Isa> available_isas() {
  std::vector<Isa> available;
  for (uint32_t i = 0; i < kIsas; ++i)
    if (isa_available(static_cast<Isa>(i))) available.push_back(static_cast<Isa>(i));
  return available;
}

// While it lives, plans use kernels of this instruction set, and of slower ones where it has none.
class ForcedIsa {
 public:
  explicit ForcedIsa(Isa isa) { setenv("DCM_ISA", isa_name(isa), 1); }
  ~ForcedIsa() { unsetenv("DCM_ISA"); }
  ForcedIsa(const ForcedIsa&) = delete;
  ForcedIsa& operator=(const ForcedIsa&) = delete;
};

}  // namespace dcm::testing
