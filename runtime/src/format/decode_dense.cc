#include "format/decode_dense.h"

#include <cstring>

#include "core/bits.h"
#include "core/crc32c.h"
#include "core/float16.h"
#include "format/sections.h"

namespace dcm {

// Fits: verify_place() has seen that the values lie in the payload.
Status decode_dense(const fb::Dense& from, const Payload& payload, const DecodeOptions& options, MemoryBudget& budget,
                    Weight* weight) {
  const uint64_t elements = weight->elements();
  const uint32_t element_bytes = dense_element_bytes(from);
  const uint8_t* bytes = payload.data + from.offset();
  if (options.check_checksums) {
    const uint32_t found = crc32c(bytes, static_cast<size_t>(elements * element_bytes));
    if (found != from.crc32c())
      return Status::error(DCM_FILE_CHECKSUM, "its values have CRC-32C 0x%08x, the file says 0x%08x", found,
                           from.crc32c());
  }
  DCM_TRY(weight->values.allocate(budget, elements));
  float* values = weight->values.data();
  if (element_bytes == 2)
    for (uint64_t i = 0; i < elements; ++i) values[i] = float_from_half(load_le16(bytes + 2 * i));
  else
    for (uint64_t i = 0; i < elements; ++i) values[i] = float_from_bits(load_le32(bytes + 4 * i));

  bool finite = true;
  uint64_t zeros = 0;
  for (uint64_t i = 0; i < elements; ++i) {
    finite &= values[i] - values[i] == 0.0f;  // infinities and NaNs give NaN
    zeros += values[i] == 0.0f;
  }
  if (!finite) return Status::error(DCM_FILE_STRUCTURE, "has a value that is not finite");
  weight->nonzeros = elements - zeros;
  return {};
}

}  // namespace dcm
