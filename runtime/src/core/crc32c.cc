#include "core/crc32c.h"

#include <array>
#include <cstring>

#include "core/bits.h"
#include "core/cpu_features.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace dcm {
namespace {

constexpr uint32_t kPolynomial = 0x82F63B78u;  // 0x1EDC6F41 with its bits reversed

using Tables = std::array<std::array<uint32_t, 256>, 4>;

// kTables[0] advances the register by one byte; kTables[i] by one byte followed by i zero bytes ("slicing by 4").
constexpr Tables make_tables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? kPolynomial : 0u);
    tables[0][byte] = crc;
  }
  for (size_t i = 1; i < tables.size(); ++i)
    for (size_t byte = 0; byte < 256; ++byte)
      tables[i][byte] = (tables[i - 1][byte] >> 8) ^ tables[0][tables[i - 1][byte] & 0xFFu];
  return tables;
}

constexpr Tables kTables = make_tables();

#if (defined(__x86_64__) || defined(__aarch64__)) && defined(__GNUC__)
#define DCM_CRC32C_INSTRUCTION 1

#if defined(__x86_64__)
#define DCM_CRC32C_TARGET __attribute__((target("sse4.2")))
#define DCM_CRC32C_U64(crc, word) static_cast<uint32_t>(__builtin_ia32_crc32di((crc), (word)))
#define DCM_CRC32C_U8(crc, byte) __builtin_ia32_crc32qi((crc), (byte))
bool cpu_has_crc32c() {
  return cpu_features().sse42;
}
#else
#if defined(__clang__)
#define DCM_CRC32C_TARGET __attribute__((target("crc")))
#define DCM_CRC32C_U64(crc, word) __builtin_arm_crc32cd((crc), (word))
#define DCM_CRC32C_U8(crc, byte) __builtin_arm_crc32cb((crc), (byte))
#else
#define DCM_CRC32C_TARGET __attribute__((target("+crc")))
#define DCM_CRC32C_U64(crc, word) __builtin_aarch64_crc32cx((crc), (word))
#define DCM_CRC32C_U8(crc, byte) __builtin_aarch64_crc32cb((crc), (byte))
#endif
bool cpu_has_crc32c() {
#if defined(__ARM_FEATURE_CRC32)
  return true;
#elif defined(__linux__)
  constexpr unsigned long kHwcapCrc32 = 1ul << 7;  // HWCAP_CRC32 of <asm/hwcap.h>
  return (getauxval(AT_HWCAP) & kHwcapCrc32) != 0;
#else
  return false;
#endif
}
#endif

DCM_CRC32C_TARGET uint32_t update_instruction(uint32_t crc, const uint8_t* p, size_t size) {
  for (; size >= 8; p += 8, size -= 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    crc = DCM_CRC32C_U64(crc, word);
  }
  for (; size > 0; ++p, --size) crc = DCM_CRC32C_U8(crc, *p);
  return crc;
}
#endif

}  // namespace

uint32_t crc32c_portable(const void* data, size_t size) {
  const uint8_t* p = static_cast<const uint8_t*>(data);
  uint32_t crc = 0xFFFFFFFFu;
  for (; size >= 4; p += 4, size -= 4) {
    crc ^= load_le32(p);
    crc = kTables[3][crc & 0xFFu] ^ kTables[2][(crc >> 8) & 0xFFu] ^ kTables[1][(crc >> 16) & 0xFFu] ^
          kTables[0][crc >> 24];
  }
  for (; size > 0; ++p, --size) crc = (crc >> 8) ^ kTables[0][(crc ^ *p) & 0xFFu];
  return crc ^ 0xFFFFFFFFu;
}

uint32_t crc32c(const void* data, size_t size) {
#if defined(DCM_CRC32C_INSTRUCTION)
  if (cpu_has_crc32c()) return update_instruction(0xFFFFFFFFu, static_cast<const uint8_t*>(data), size) ^ 0xFFFFFFFFu;
#endif
  return crc32c_portable(data, size);
}

}  // namespace dcm
