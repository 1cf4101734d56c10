#include "kernels/isa.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/cpu_features.h"

namespace dcm {
namespace {

struct IsaEntry {
  const char* name;
  bool (*available)();
};

bool always() {
  return true;
}
#if !defined(__aarch64__) || !defined(__x86_64__)
bool never() {
  return false;
}
#endif

#if defined(__x86_64__)
bool has_avx2() {
  return cpu_features().avx2;
}
bool has_avx512() {
  return cpu_features().avx512;
}
#else
constexpr bool (*has_avx2)() = never;
constexpr bool (*has_avx512)() = never;
#endif
#if defined(__aarch64__)
constexpr bool (*has_neon)() = always;
#else
constexpr bool (*has_neon)() = never;
#endif

// In the order of Isa.
constexpr IsaEntry kTable[kIsas] = {
    {"generic", always}, {"neon", has_neon}, {"avx2", has_avx2}, {"avx512", has_avx512}};

}  // namespace

const char* isa_name(Isa isa) {
  return kTable[static_cast<size_t>(isa)].name;
}

bool isa_available(Isa isa) {
  return kTable[static_cast<size_t>(isa)].available();
}

Result<IsaChoice> choose_isa(const char* asked) {
  const char* wanted = asked != nullptr ? asked : std::getenv("DCM_ISA");
  const char* forced_by = nullptr;
  if (wanted != nullptr && wanted[0] != '\0') forced_by = asked != nullptr ? "options.isa" : "DCM_ISA";
  char names[64] = "";
  size_t written = 0;
  for (uint32_t i = kIsas; i-- > 0;) {
    const Isa isa = static_cast<Isa>(i);
    if (!isa_available(isa)) continue;
    if (forced_by == nullptr || std::strcmp(wanted, isa_name(isa)) == 0) return IsaChoice{isa, forced_by};
    const int length =
        std::snprintf(names + written, sizeof names - written, "%s%s", written == 0 ? "" : ", ", isa_name(isa));
    written += static_cast<size_t>(length);
  }
  return Status::error(DCM_MACHINE_UNSUPPORTED, "%s is '%.32s', but this machine and build have: %s", forced_by, wanted,
                       names);
}

}  // namespace dcm
