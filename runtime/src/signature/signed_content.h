// Who made a file (docs/signing.md).
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/status.h"

namespace dcm {

constexpr size_t kPublicKeyBytes = 32;

// How many of the bytes at data, from the first on, are what the owner of the public key (kPublicKeyBytes) has signed.
// FILE_SIGNATURE unless a signature of all of them follows, and nothing else. MACHINE_UNSUPPORTED in a build without
// DCMOBILE_SIGNATURES.
Result<size_t> signed_content(const uint8_t* data, size_t size, const uint8_t* public_key);

}  // namespace dcm
