#include <nanobind/stl/optional.h>

#include <algorithm>
#include <optional>

#include "bindings.h"
#include "core/memory.h"
#include "encoder/pack_model.h"
#include "encoder/package_merge.h"
#include "encoder/packed_lengths.h"
#include "encoder/symbol_streams.h"
#include "encoder/weight_decoder.h"
#include "encoder/weight_encoder.h"
#include "format/expand_model.h"
#include "format/limits.h"
#include "format/schema.h"

namespace dcm::python {
namespace {

using encoder::EncodedStreams;
using encoder::StreamStatistics;

}  // namespace

void bind_encoder(nb::module_& module) {
  nb::class_<StreamStatistics>(module, "StreamStatistics")
      .def_ro("symbols", &StreamStatistics::symbols)
      .def_ro("entropy_bits", &StreamStatistics::entropy_bits)
      .def_ro("bits", &StreamStatistics::bits)
      .def_ro("bytes", &StreamStatistics::bytes);

  nb::class_<EncodedStreams>(module, "EncodedStreams")
      .def_ro("gap_bits", &EncodedStreams::gap_bits)
      .def_ro("gaps", &EncodedStreams::gaps)
      .def_ro("codes", &EncodedStreams::codes)
      .def_prop_ro("gap_lengths",
                   [](const EncodedStreams& e) { return to_bytes(e.gap_lengths.data(), e.gap_lengths.size()); })
      .def_prop_ro("code_lengths",
                   [](const EncodedStreams& e) { return to_bytes(e.code_lengths.data(), e.code_lengths.size()); })
      .def_prop_ro("chunks",
                   [](const EncodedStreams& e) {
                     return to_bytes(e.chunks.data(), e.chunks.size() * sizeof(encoder::ChunkRecord));
                   })
      .def(
          "take_payload", [](EncodedStreams& e) { return to_numpy(std::move(e.payload)); },
          "The payload as a uint8 array; can be taken once.");

  module.def(
      "encode_sparse",
      [](const Codes& codes, size_t centroid_count, bool pairs) {
        nb::gil_scoped_release release;
        return encoder::encode_sparse(codes.data(), codes.size(), centroid_count, pairs);
      },
      nb::arg("codes"), nb::arg("centroid_count"), nb::arg("pairs") = false);
  module.def(
      "encode_dense_shared",
      [](const Codes& codes, size_t centroid_count) {
        nb::gil_scoped_release release;
        return encoder::encode_dense_shared(codes.data(), codes.size(), centroid_count);
      },
      nb::arg("codes"), nb::arg("centroid_count"));
  nb::class_<encoder::SymbolStreams>(module, "SymbolStreams")
      .def_ro("size", &encoder::SymbolStreams::size)
      .def_prop_ro("bytes", [](const encoder::SymbolStreams& s) { return s.payload.size() - kPayloadSlack; })
      .def(
          "decode",
          [](const encoder::SymbolStreams& streams,
             const nb::ndarray<uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>& symbols) {
            if (symbols.size() != streams.size) throw nb::value_error("symbols has another size than the streams");
            try {
              nb::gil_scoped_release release;
              encoder::decode_symbols(streams, symbols.data());
            } catch (const encoder::DecodeError& error) {
              raise_error(error.code, error.what());
            }
          },
          nb::arg("symbols"));
  module.def(
      "encode_symbols",
      [](const Bytes& symbols) {
        nb::gil_scoped_release release;
        return encoder::encode_symbols(symbols.data(), symbols.size());
      },
      nb::arg("symbols"));
  module.def(
      "package_merge",
      [](const nb::ndarray<const uint64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>& counts, uint32_t limit) {
        return to_numpy(
            encoder::package_merge(std::vector<uint64_t>(counts.data(), counts.data() + counts.size()), limit));
      },
      nb::arg("counts"), nb::arg("limit") = kMaxCodeLength);
  module.def(
      "pack_lengths",
      [](const Bytes& lengths) {
        const auto packed =
            encoder::pack_lengths(std::vector<uint8_t>(lengths.data(), lengths.data() + lengths.size()));
        return to_bytes(packed.data(), packed.size());
      },
      nb::arg("lengths"));
  module.def(
      "pack_model",
      [](const Bytes& model) {
        const auto packed = encoder::pack_model(model.data(), model.size());
        return to_bytes(packed.data(), packed.size());
      },
      nb::arg("model"));
  module.def(
      "expand_model",
      [](const Bytes& packed) {
        MemoryBudget budget(UINT64_MAX);
        Array<uint8_t> model;
        const Status status = expand_model(packed.data(), packed.size(), budget, &model);
        if (!status.ok()) raise_error(status.code(), status.text());
        return to_bytes(model.data(), model.size());
      },
      nb::arg("packed"));
  module.def(
      "packed_chunk_bytes",
      [](const nb::bytes& records) {
        return encoder::packed_chunk_bytes(reinterpret_cast<const uint8_t*>(records.c_str()),
                                           records.size() / sizeof(fb::Chunk));
      },
      nb::arg("records"));
}

}  // namespace dcm::python
