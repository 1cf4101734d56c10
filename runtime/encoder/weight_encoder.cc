#include "encoder/weight_encoder.h"

#include <algorithm>
#include <stdexcept>

#include "core/crc32c.h"
#include "encoder/canonical_code.h"
#include "encoder/pack_model.h"
#include "encoder/package_merge.h"
#include "encoder/packed_lengths.h"
#include "encoder/relative_index.h"
#include "encoder/stream_writer.h"
#include "encoder/symbol_counts.h"
#include "format/gap_form.h"
#include "format/packed_layout.h"

namespace dcm::encoder {
namespace {

// The least density, as a divisor, of weights whose gaps may be paired, and the least saving.
constexpr size_t kPairDensity = 16;
constexpr uint64_t kWorthPairs = 256;
constexpr uint64_t kMaxFileBytes = 0x7FFFFFFF;

// The fewest bytes of a chunk's record: its checksum, and each other field as a number of one byte.
constexpr uint64_t kLeastRecord = 4 + kChunkNumbers + kChunkShorts;

// A Huffman code for symbols that occur so often, with what it costs.
struct FittedCode {
  CanonicalCode code;
  std::vector<uint8_t> packed;
  StreamStatistics statistics;  // without bytes

  explicit FittedCode(const std::vector<uint64_t>& counts) {
    const std::vector<uint8_t> lengths = package_merge(counts, kMaxCodeLength);
    code = canonical_code(lengths);
    packed = pack_lengths(lengths);
    for (uint64_t count : counts) statistics.symbols += count;
    statistics.entropy_bits = entropy_bits(counts);
    statistics.bits = coded_bits(code, counts);
  }

  // What any cut into chunks takes at least.
  uint64_t least_bytes() const { return (statistics.bits + 7) / 8 + packed.size(); }
};

// Two symbols of that many bits in one; the last is paired with 0 where there is none.
std::vector<uint8_t> paired(const std::vector<uint8_t>& symbols, uint32_t bits) {
  std::vector<uint8_t> pairs((symbols.size() + 1) / 2);
  for (size_t i = 0; i < symbols.size(); ++i)
    pairs[i / 2] = static_cast<uint8_t>(pairs[i / 2] | symbols[i] << (i % 2 * bits));
  return pairs;
}

// How often each pair of gap symbols occurs, paired from the start of each chunk.
std::vector<uint64_t> count_pairs(const std::vector<uint32_t>& gaps, uint32_t bits) {
  const GapForm form{bits, true};
  std::vector<uint64_t> counts(form.alphabet());
  GapSymbols chunk(gaps, bits);
  while (chunk.next()) {
    for (uint8_t pair : paired(chunk.symbols(), bits)) ++counts[pair];
  }
  return counts;
}

// A gap code of one width, and a bound on what the gaps take with it.
struct Candidate {
  GapForm form;
  FittedCode gaps;
  uint64_t least_bytes;

  Candidate(uint32_t bits, const GapHistogram& histogram) : form{bits, false}, gaps(histogram.symbol_counts(bits)) {
    add_chunks();
  }

  // Statistics speak of gap symbols all the same: entropy is what it takes to code them one by one.
  Candidate(uint32_t bits, const GapHistogram& histogram, const std::vector<uint32_t>& all)
      : form{bits, true}, gaps(count_pairs(all, bits)) {
    const std::vector<uint64_t> counts = histogram.symbol_counts(bits);
    gaps.statistics.symbols = 0;
    for (uint64_t count : counts) gaps.statistics.symbols += count;
    gaps.statistics.entropy_bits = entropy_bits(counts);
    add_chunks();
  }

 private:
  void add_chunks() {
    least_bytes = gaps.least_bytes();
    const uint64_t chunks = (gaps.statistics.symbols + kMaxChunkSymbols - 1) / kMaxChunkSymbols;
    least_bytes += chunks * kLeastRecord;
  }
};

// gaps: the coded symbols of gap_count gap symbols.
void add_chunk(EncodedStreams& encoded, const std::vector<uint8_t>& gaps, size_t gap_count,
               const CanonicalCode* gap_code, const uint8_t* codes, size_t code_count, const CanonicalCode& code,
               uint32_t start) {
  ChunkRecord chunk{};
  const size_t offset = encoded.payload.size();
  chunk.start = start;
  chunk.gap_count = static_cast<uint32_t>(gap_count);
  chunk.code_count = static_cast<uint32_t>(code_count);
  chunk.offset = static_cast<uint32_t>(offset);
  if (gap_code != nullptr) {
    const auto bytes = write_streams(gaps.data(), gaps.size(), *gap_code, encoded.payload);
    std::copy(bytes.begin(), bytes.end(), chunk.gap_bytes);
    for (uint16_t stream : bytes) encoded.gaps.bytes += stream;
  }
  const auto bytes = write_streams(codes, code_count, code, encoded.payload);
  std::copy(bytes.begin(), bytes.end(), chunk.code_bytes);
  for (uint16_t stream : bytes) encoded.codes.bytes += stream;
  if (encoded.payload.size() > kMaxFileBytes) throw std::length_error("a weight takes more than 2^31 - 1 bytes coded");
  chunk.crc32c = crc32c(encoded.payload.data() + offset, encoded.payload.size() - offset);
  encoded.chunks.push_back(chunk);
}

EncodedStreams encode_with(const Candidate& candidate, const NonZeros& non_zeros, const FittedCode& codes) {
  EncodedStreams encoded;
  encoded.gap_bits = candidate.form.gap_bits();
  encoded.gap_lengths = candidate.gaps.packed;
  encoded.code_lengths = codes.packed;
  encoded.gaps = candidate.gaps.statistics;
  encoded.codes = codes.statistics;
  encoded.payload.reserve(static_cast<size_t>((encoded.gaps.bits + encoded.codes.bits) / 8 + 65536));
  GapSymbols chunk(non_zeros.gaps, candidate.form.bits);
  while (chunk.next()) {
    const std::vector<uint8_t> pairs =
        candidate.form.pairs ? paired(chunk.symbols(), candidate.form.bits) : std::vector<uint8_t>();
    const std::vector<uint8_t>& coded = candidate.form.pairs ? pairs : chunk.symbols();
    add_chunk(encoded, coded, chunk.symbols().size(), &candidate.gaps.code, non_zeros.codes.data() + chunk.first(),
              chunk.count(), codes.code, chunk.start());
  }
  return encoded;
}

// Of the gap codes the one that takes the fewest bytes, the narrower of equals; none if there are none.
std::optional<EncodedStreams> smallest(std::vector<Candidate>& candidates, const NonZeros& non_zeros,
                                       const FittedCode& fitted) {
  // Most promising first: then the bounds rule out most of the others without writing them.
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.least_bytes < b.least_bytes; });
  std::optional<EncodedStreams> best;
  for (const Candidate& candidate : candidates) {
    if (best && candidate.least_bytes + fitted.least_bytes() > best->file_bytes()) break;
    EncodedStreams encoded = encode_with(candidate, non_zeros, fitted);
    const bool smaller = !best || encoded.file_bytes() < best->file_bytes() ||
                         (encoded.file_bytes() == best->file_bytes() && encoded.gap_bits < best->gap_bits);
    if (smaller) best = std::move(encoded);
  }
  return best;
}

}  // namespace

uint64_t EncodedStreams::file_bytes() const {
  const auto* records = reinterpret_cast<const uint8_t*>(chunks.data());
  return payload.size() + packed_chunk_bytes(records, chunks.size()) + gap_lengths.size() + code_lengths.size();
}

std::optional<EncodedStreams> encode_sparse(const uint16_t* codes, size_t size, size_t centroid_count, bool pairs) {
  const NonZeros non_zeros = find_non_zeros(codes, size, centroid_count);
  const FittedCode fitted(count_symbols(non_zeros.codes.data(), non_zeros.codes.size(), centroid_count));

  const GapHistogram histogram(non_zeros.gaps);
  std::vector<Candidate> candidates;
  for (uint32_t bits = kMinGapBits; bits <= kMaxGapBits; ++bits) {
    if (non_zeros.gaps.empty() || histogram.fits(bits)) candidates.emplace_back(bits, histogram);
  }
  std::optional<EncodedStreams> best = smallest(candidates, non_zeros, fitted);
  // Below that density wide gaps are better in any case.
  if (!pairs || !best || non_zeros.gaps.size() < size / kPairDensity) return best;
  candidates.clear();
  for (uint32_t bits = kMinGapBits; bits <= kMaxGapBits / 2; ++bits) {
    if (histogram.fits(bits)) candidates.emplace_back(bits, histogram, non_zeros.gaps);
  }
  std::optional<EncodedStreams> other = smallest(candidates, non_zeros, fitted);
  const bool worth = other && other->file_bytes() + best->file_bytes() / kWorthPairs < best->file_bytes();
  return worth ? other : best;
}

EncodedStreams encode_dense_shared(const uint16_t* codes, size_t size, size_t centroid_count) {
  if (size > 0xFFFFFFFFu) throw std::invalid_argument("a weight has at most 2^32 - 1 elements");
  if (centroid_count > kMaxCentroids) throw std::invalid_argument("a codebook has at most 256 centroids");
  std::vector<uint8_t> symbols(size);
  uint16_t largest = 0;
  for (size_t i = 0; i < size; ++i) {
    largest = std::max(largest, codes[i]);
    symbols[i] = static_cast<uint8_t>(codes[i]);
  }
  if (size != 0 && largest >= centroid_count) throw std::invalid_argument("a code above the number of centroids");

  const FittedCode fitted(count_symbols(symbols.data(), size, centroid_count));
  EncodedStreams encoded;
  encoded.code_lengths = fitted.packed;
  encoded.codes = fitted.statistics;
  encoded.payload.reserve(static_cast<size_t>(encoded.codes.bits / 8 + 65536));
  for (size_t start = 0; start < size; start += kMaxChunkSymbols) {
    const size_t count = std::min<size_t>(kMaxChunkSymbols, size - start);
    add_chunk(encoded, {}, 0, nullptr, symbols.data() + start, count, fitted.code, static_cast<uint32_t>(start));
  }
  return encoded;
}

}  // namespace dcm::encoder
