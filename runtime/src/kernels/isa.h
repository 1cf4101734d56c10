// Instruction sets that kernels are written for.
#pragma once

#include <cstdint>

#include "core/status.h"

namespace dcm {

// Slowest first.
enum class Isa : uint8_t { kGeneric, kNeon, kAvx2, kAvx512 };
constexpr uint32_t kIsas = 4;

// "generic", "neon", "avx2" or "avx512", as in DCM_ISA.
const char* isa_name(Isa isa);
// Whether this build has kernels for it and this CPU runs them.
bool isa_available(Isa isa);

// Which instruction sets a plan may use.
struct IsaChoice {
  Isa best;               // kernels for this one, and where there is none, for slower ones
  const char* forced_by;  // "DCM_ISA" or "options.isa"; null if none was asked for
};

// The best one that is available, or the one that the options ask for, or else the environment variable DCM_ISA.
// MACHINE_UNSUPPORTED if that is unknown or not available; the text lists those that are. asked: name, or null.
Result<IsaChoice> choose_isa(const char* asked);

}  // namespace dcm
