#include "format/decode_chunks.h"

#include <cinttypes>

#include "core/crc32c.h"
#include "format/gap_form.h"
#include "format/gap_group.h"
#include "format/row_cursor.h"
#include "format/sections.h"
#include "format/verify_codebook.h"
#include "huffman/stream_decoder.h"

namespace dcm {
namespace {

// Where the streams of a chunk lie. Fits: verify_place() has seen that all of them lie in the payload.
struct ChunkStreams {
  const uint8_t* gaps;
  const uint8_t* codes;
  uint32_t gap_bytes[kStreams];
  uint32_t code_bytes[kStreams];

  ChunkStreams(const fb::Chunk& chunk, const Payload& payload) : gaps(payload.data + chunk.offset()), codes(gaps) {
    for (uint32_t j = 0; j < kStreams; ++j) {
      gap_bytes[j] = chunk.gap_bytes()->Get(j);
      code_bytes[j] = chunk.code_bytes()->Get(j);
      codes += gap_bytes[j];
    }
  }
};

// The gap symbols of a chunk, into memory for kMaxChunkSymbols of them. Fits: there are no more than that.
Status decode_gaps(const DecodeTable& table, const ChunkStreams& streams, GapForm form, uint32_t count, uint8_t* gaps) {
  if (!form.pairs) return decode_streams(table, streams.gaps, streams.gap_bytes, count, gaps);
  uint8_t* pairs = gaps + kMaxChunkSymbols / 2;
  DCM_TRY(decode_streams(table, streams.gaps, streams.gap_bytes, form.coded(count), pairs));
  split_gap_pairs(pairs, form.coded(count), form.bits, gaps);
  if (count % 2 != 0 && gaps[count] != 0)
    return Status::error(DCM_FILE_INDEX, "the last of %u symbols has %u beside it, expected 0", count, gaps[count]);
  return {};
}

// The places of a chunk's non-zeros, from its gaps. next_start is where the following chunk begins, or null for the
// last one. Fits: gap_bits is 8 at most, and counts are kMaxChunkSymbols at most.
Status place_nonzeros(const fb::Chunk& chunk, const uint8_t* gaps, uint32_t gap_bits, uint64_t first,
                      const uint32_t* next_start, Weight* weight) {
  const uint32_t count = chunk.gap_count();
  const uint8_t skip = static_cast<uint8_t>((1u << gap_bits) - 1);
  const uint32_t skips = count_skips(gaps, count, skip);
  if (count - skips != chunk.code_count())
    return Status::error(DCM_FILE_INDEX, "its gap symbols set %u weights, but it has %u codes", count - skips,
                         chunk.code_count());
  if (gaps[count - 1] == skip) return Status::error(DCM_FILE_INDEX, "its last gap symbol is a skip");

  // A skip moves the cursor but not the output: what it writes there, the next gap writes over. The last symbol is no
  // skip and the number of gaps is known, so every write lies inside the chunk's part.
  RowCursor cursor(weight, chunk.start(), static_cast<uint32_t>(first));
  uint16_t* columns = weight->segment_column.data();
  for (uint32_t i = 0; i < count;) {
    if (count - i >= kGapGroup) {
      const uint32_t taken =
          place_gap_group(gaps + i, skip, cursor.column(), cursor.room(), columns + cursor.nonzero());
      if (taken != 0) {
        cursor.step(kGapGroup, taken);
        i += kGapGroup;
        continue;
      }
    }
    for (const uint32_t end = count - i < kGapGroup ? count : i + kGapGroup; i < end; ++i) {
      const uint32_t gap = gaps[i], set = gap != skip;
      if (!cursor.advance(gap))
        return Status::error(DCM_FILE_INDEX, "gap symbol %u leads past the last of %" PRIu64 " weights", i,
                             weight->elements());
      columns[cursor.nonzero()] = static_cast<uint16_t>(cursor.column());
      cursor.step(set, set);
    }
  }
  const uint64_t end = cursor.position();
  if (next_start != nullptr && end != *next_start)
    return Status::error(DCM_FILE_INDEX, "ends at element %" PRIu64 ", but the next chunk starts at %u", end,
                         *next_start);
  cursor.close(next_start == nullptr);
  return {};
}

}  // namespace

Status ChunkDecoder::prepare(MemoryBudget& budget) {
  return desks_.allocate(budget, pool_.threads());
}

Status ChunkDecoder::verify_checksum(const fb::Chunk& chunk) const {
  if (!options_.check_checksums) return {};
  // Fits: verify_place() has seen that the chunk lies in the payload.
  const uint32_t found = crc32c(payload_.data + chunk.offset(), chunk_bytes(chunk));
  if (found == chunk.crc32c()) return {};
  return Status::error(DCM_FILE_CHECKSUM, "its bytes have CRC-32C 0x%08x, the file says 0x%08x", found, chunk.crc32c());
}

// Fits: verify_chunks has added up the counts, and they are no more than the weight's elements.
template <typename Decode>
Status ChunkDecoder::decode_all(const flatbuffers::Vector<const fb::Chunk*>* chunks, Decode&& decode) const {
  for (Desk& desk : desks_) desk.status = Status();
  pool_.parallel_for(vector_size(chunks), [&](uint32_t thread, uint64_t begin, uint64_t end) {
    Desk& desk = desks_[thread];
    uint64_t first = 0;
    for (uint32_t i = 0; i < begin; ++i) first += chunks->Get(i)->code_count();
    for (uint32_t i = static_cast<uint32_t>(begin); i < end && desk.status.ok(); ++i) {
      const fb::Chunk& chunk = *chunks->Get(i);
      desk.status = verify_checksum(chunk);
      if (desk.status.ok()) desk.status = decode(i, first, desk.gaps);
      if (!desk.status.ok()) desk.status = desk.status.in("chunk %u", i), desk.failed = i;
      first += chunk.code_count();
    }
  });
  // Whichever thread met it, the first chunk's failure is told: any number of threads say the same.
  const Desk* first = nullptr;
  for (const Desk& desk : desks_)
    if (!desk.status.ok() && (first == nullptr || desk.failed < first->failed)) first = &desk;
  return first == nullptr ? Status() : first->status;
}

// Fits: first is at most the number of non-zeros, for which there is room.
Status ChunkDecoder::decode_sparse(const fb::SparseShared& from, Weight* weight) const {
  CodeLengths lengths;
  DecodeTable gap_table, code_table;
  DCM_TRY(unpack_gap_code(from, &lengths));
  const GapForm form = GapForm::of(from.gap_bits());
  gap_table.build(lengths, form.pairs ? weight->nonzeros / 2 : weight->nonzeros);
  DCM_TRY(unpack_codebook_code(codebook_of(from), &lengths));
  code_table.build(lengths, weight->nonzeros);

  const auto* chunks = from.chunks();
  const uint32_t count = vector_size(chunks);
  if (count == 0) {  // every weight is zero
    for (uint32_t& begin : weight->segment_begin) begin = 0;
    return {};
  }
  return decode_all(chunks, [&](uint32_t i, uint64_t first, uint8_t* gaps) -> Status {
    const fb::Chunk& chunk = *chunks->Get(i);
    const ChunkStreams streams(chunk, payload_);
    DCM_TRY(decode_gaps(gap_table, streams, form, chunk.gap_count(), gaps).in("gaps"));
    DCM_TRY(
        decode_streams(code_table, streams.codes, streams.code_bytes, chunk.code_count(), weight->codes.data() + first)
            .in("codes"));
    const uint32_t next_start = i + 1 < count ? chunks->Get(i + 1)->start() : 0;
    return place_nonzeros(chunk, gaps, form.bits, first, i + 1 < count ? &next_start : nullptr, weight);
  });
}

// Fits: first is at most the number of elements, for which there is room.
Status ChunkDecoder::decode_dense_shared(const fb::DenseShared& from, Weight* weight) const {
  CodeLengths lengths;
  DecodeTable table;
  DCM_TRY(unpack_codebook_code(codebook_of(from), &lengths));
  table.build(lengths, weight->elements());
  return decode_all(from.chunks(), [&](uint32_t i, uint64_t first, uint8_t*) -> Status {
    const fb::Chunk& chunk = *from.chunks()->Get(i);
    const ChunkStreams streams(chunk, payload_);
    return decode_streams(table, streams.codes, streams.code_bytes, chunk.code_count(), weight->codes.data() + first)
        .in("codes");
  });
}

}  // namespace dcm
