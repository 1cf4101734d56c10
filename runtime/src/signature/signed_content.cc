#include "signature/signed_content.h"

#if defined(DCMOBILE_SIGNATURES)
#include <sodium.h>

#include <cstring>
#endif

namespace dcm {

#if defined(DCMOBILE_SIGNATURES)
namespace {

constexpr size_t kSignatureBytes = 64, kReservedBytes = 8, kContextBytes = 32, kDigestBytes = 64;
static_assert(kPublicKeyBytes == crypto_sign_PUBLICKEYBYTES && kSignatureBytes == crypto_sign_BYTES &&
                  kDigestBytes == crypto_hash_sha512_BYTES,
              "Ed25519 and SHA-512 are of these sizes");

struct Trailer {
  uint8_t public_key[kPublicKeyBytes];
  uint8_t signature[kSignatureBytes];
  uint8_t reserved[kReservedBytes];
  char magic[8];
};
static_assert(sizeof(Trailer) == 112, "bytes alone, so nothing between them");

// What is signed: no signature of anything else can be taken for one of a network.
struct Message {
  char context[kContextBytes] = "dcmobile model signature 1";
  uint8_t digest[kDigestBytes];
};
static_assert(sizeof(Message) == kContextBytes + kDigestBytes, "bytes alone, so nothing between them");

}  // namespace

Result<size_t> signed_content(const uint8_t* data, size_t size, const uint8_t* public_key) {
  if (sodium_init() < 0) return Status::error(DCM_MACHINE_UNSUPPORTED, "libsodium does not start");
  Trailer trailer;
  if (size < sizeof trailer || std::memcmp(data + size - sizeof trailer.magic, "DCM1SIG1", sizeof trailer.magic) != 0)
    return Status::error(DCM_FILE_SIGNATURE, "the file is not signed");
  const size_t content = size - sizeof trailer;
  std::memcpy(&trailer, data + content, sizeof trailer);
  for (const uint8_t byte : trailer.reserved)
    if (byte != 0)
      return Status::error(DCM_FILE_SIGNATURE, "its signature is of a kind that this runtime does not know");
  if (std::memcmp(trailer.public_key, public_key, kPublicKeyBytes) != 0)
    return Status::error(DCM_FILE_SIGNATURE, "the file is signed by another key");
  Message message;
  crypto_hash_sha512(message.digest, data, content);
  if (crypto_sign_verify_detached(trailer.signature, reinterpret_cast<const unsigned char*>(&message), sizeof message,
                                  public_key) != 0)
    return Status::error(DCM_FILE_SIGNATURE, "its signature is not of these bytes: the file was changed");
  return content;
}

#else

Result<size_t> signed_content(const uint8_t*, size_t, const uint8_t*) {
  return Status::error(DCM_MACHINE_UNSUPPORTED, "this build of the runtime checks no signatures (DCMOBILE_SIGNATURES)");
}

#endif

}  // namespace dcm
