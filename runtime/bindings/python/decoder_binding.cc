#include <cstring>
#include <vector>

#include "bindings.h"
#include "encoder/weight_decoder.h"

namespace dcm::python {
namespace {

std::vector<uint8_t> copied(const nb::bytes& bytes) {
  const auto* data = static_cast<const uint8_t*>(bytes.data());
  return std::vector<uint8_t>(data, data + bytes.size());
}

}  // namespace

void bind_decoder(nb::module_& module) {
  module.def(
      "decode_codes",
      [](const Bytes& payload, const nb::bytes& chunks, uint32_t gap_bits, const nb::bytes& gap_lengths,
         const nb::bytes& code_lengths, uint32_t centroid_count, size_t size) {
        std::vector<encoder::ChunkRecord> records(chunks.size() / sizeof(encoder::ChunkRecord));
        std::memcpy(records.data(), chunks.data(), records.size() * sizeof(encoder::ChunkRecord));
        const encoder::CodedWeight coded{payload.data(), payload.size(),      records.data(),       records.size(),
                                         gap_bits,       copied(gap_lengths), copied(code_lengths), centroid_count};
        try {
          encoder::DecodedWeight decoded;
          {
            nb::gil_scoped_release release;
            decoded = encoder::decode_weight(coded, size);
          }
          return nb::make_tuple(to_numpy(std::move(decoded.weights)), decoded.gaps, decoded.codes);
        } catch (const encoder::DecodeError& error) {
          raise_error(error.code, error.what());
        }
      },
      nb::arg("payload"), nb::arg("chunks"), nb::arg("gap_bits"), nb::arg("gap_lengths"), nb::arg("code_lengths"),
      nb::arg("centroid_count"), nb::arg("size"));
}

}  // namespace dcm::python
