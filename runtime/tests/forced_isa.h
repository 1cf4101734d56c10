// One machine tests the kernels of every instruction set that it has.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
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

// A suite of tests that run on every instruction set of this machine.
class OnEachIsa : public ::testing::TestWithParam<Isa> {
 private:
  ForcedIsa forced_{GetParam()};
};

}  // namespace dcm::testing

#define DCM_ON_EACH_ISA(suite)                                                                 \
  INSTANTIATE_TEST_SUITE_P(Isas, suite, ::testing::ValuesIn(::dcm::testing::available_isas()), \
                           [](const auto& tested) { return std::string(::dcm::isa_name(tested.param)); })
