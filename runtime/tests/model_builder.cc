#include "model_builder.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/crc32c.h"
#include "write_attributes.h"

namespace dcm::testing {
namespace {

// The gap symbols and codes of a sparse weight, cut into chunks.
struct SparseChunk {
  uint32_t start = 0;
  Symbols gaps, codes;
};

std::vector<SparseChunk> relative_indices(const std::vector<int>& codes, uint32_t skip, uint32_t chunk_symbols) {
  std::vector<SparseChunk> chunks;
  uint32_t position = 0;
  for (uint32_t i = 0; i < codes.size(); ++i) {
    if (codes[i] == kPruned) continue;
    Symbols gaps((i - position) / skip, static_cast<uint8_t>(skip));
    gaps.push_back(static_cast<uint8_t>((i - position) % skip));
    if (chunks.empty() || chunks.back().gaps.size() + gaps.size() > chunk_symbols) chunks.push_back({position, {}, {}});
    chunks.back().gaps.insert(chunks.back().gaps.end(), gaps.begin(), gaps.end());
    chunks.back().codes.push_back(static_cast<uint8_t>(codes[i]));
    position = i + 1;
  }
  return chunks;
}

void set_sizes(const Streams& streams, std::array<uint16_t, 4>* sizes) {
  for (size_t j = 0; j < 4; ++j) (*sizes)[j] = static_cast<uint16_t>(streams.sizes[j]);
}

uint32_t chunk_bytes(const ChunkParts& chunk) {
  uint32_t bytes = 0;
  for (size_t j = 0; j < 4; ++j) bytes += uint32_t{chunk.gap_bytes[j]} + chunk.code_bytes[j];
  return bytes;
}

template <typename T>
Bytes bytes_of(const std::vector<T>& values) {
  Bytes bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

uint64_t elements(const std::vector<uint32_t>& shape) {
  uint64_t product = 1;
  for (const uint32_t size : shape) product *= size;
  return product;
}

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

Offset<void> write_encoding(FlatBufferBuilder& out, const WeightParts& weight) {
  if (weight.encoding == fb::Encoding_Dense)
    return fb::CreateDense(out, weight.element_type, weight.offset, weight.crc32c).Union();
  std::vector<fb::Chunk> chunks;
  for (const ChunkParts& chunk : weight.chunks)
    chunks.emplace_back(chunk.start, chunk.gap_count, chunk.code_count, chunk.offset, chunk.crc32c,
                        flatbuffers::span<const uint16_t, 4>(chunk.gap_bytes),
                        flatbuffers::span<const uint16_t, 4>(chunk.code_bytes));
  const auto gap_lengths = out.CreateVector(weight.gap_lengths);
  const auto code_lengths = out.CreateVector(weight.code_lengths);
  const auto centroids = weight.centroids ? out.CreateVector(*weight.centroids) : 0;
  const auto centroids_f16 = weight.centroids_f16 ? out.CreateVector(*weight.centroids_f16) : 0;
  const auto chunk_vector = out.CreateVectorOfStructs(chunks);
  if (weight.encoding == fb::Encoding_SparseShared)
    return fb::CreateSparseShared(out, weight.gap_bits, gap_lengths, code_lengths, centroids, centroids_f16,
                                  chunk_vector)
        .Union();
  return fb::CreateDenseShared(out, code_lengths, centroids, centroids_f16, chunk_vector).Union();
}

}  // namespace

std::vector<float> values_of(const std::vector<int>& codes, const std::vector<float>& centroids) {
  std::vector<float> values;
  for (const int code : codes) values.push_back(code == kPruned ? 0.0f : centroids[static_cast<size_t>(code)]);
  return values;
}

uint32_t ModelParts::append(const Bytes& section, uint32_t alignment) {
  while (payload.size() % alignment != 0) payload.push_back(0);
  const uint32_t offset = static_cast<uint32_t>(payload.size());
  payload.insert(payload.end(), section.begin(), section.end());
  return offset;
}

uint32_t ModelParts::dense(std::vector<uint32_t> shape, const std::vector<float>& values) {
  WeightParts weight;
  weight.shape = std::move(shape);
  weight.encoding = fb::Encoding_Dense;
  weight.offset = append(bytes_of(values), 16);
  weights.push_back(weight);
  refresh_checksums();
  return static_cast<uint32_t>(weights.size()) - 1;
}

uint32_t ModelParts::dense_half(std::vector<uint32_t> shape, const std::vector<uint16_t>& values) {
  WeightParts weight;
  weight.shape = std::move(shape);
  weight.encoding = fb::Encoding_Dense;
  weight.element_type = fb::ElementType_Float16;
  weight.offset = append(bytes_of(values), 16);
  weights.push_back(weight);
  refresh_checksums();
  return static_cast<uint32_t>(weights.size()) - 1;
}

uint32_t ModelParts::dense_shared(std::vector<uint32_t> shape, const std::vector<int>& codes,
                                  const std::vector<float>& centroids, uint32_t chunk_symbols) {
  const Symbols all(codes.begin(), codes.end());
  const Lengths lengths = balanced_lengths(static_cast<uint32_t>(centroids.size()), all);
  WeightParts weight;
  weight.shape = std::move(shape);
  weight.encoding = fb::Encoding_DenseShared;
  weight.code_lengths = pack_lengths(lengths);
  weight.centroids = centroids;
  for (size_t start = 0; start < all.size(); start += chunk_symbols) {
    const Symbols part(all.begin() + static_cast<ptrdiff_t>(start),
                       all.begin() + static_cast<ptrdiff_t>(std::min<size_t>(start + chunk_symbols, all.size())));
    const Streams streams = encode_streams(lengths, part);
    ChunkParts chunk;
    chunk.start = static_cast<uint32_t>(start);
    chunk.code_count = static_cast<uint32_t>(part.size());
    chunk.offset = append(streams.bytes, 1);
    set_sizes(streams, &chunk.code_bytes);
    weight.chunks.push_back(chunk);
  }
  weights.push_back(weight);
  refresh_checksums();
  return static_cast<uint32_t>(weights.size()) - 1;
}

uint32_t ModelParts::sparse(std::vector<uint32_t> shape, const std::vector<int>& codes,
                            const std::vector<float>& centroids, uint8_t gap_bits, uint32_t chunk_symbols) {
  const std::vector<SparseChunk> chunks = relative_indices(codes, (1u << gap_bits) - 1, chunk_symbols);
  Symbols all_gaps, all_codes;
  for (const SparseChunk& chunk : chunks) {
    all_gaps.insert(all_gaps.end(), chunk.gaps.begin(), chunk.gaps.end());
    all_codes.insert(all_codes.end(), chunk.codes.begin(), chunk.codes.end());
  }
  const Lengths gap_lengths = balanced_lengths(1u << gap_bits, all_gaps);
  const Lengths code_lengths = balanced_lengths(static_cast<uint32_t>(centroids.size()), all_codes);
  WeightParts weight;
  weight.shape = std::move(shape);
  weight.encoding = fb::Encoding_SparseShared;
  weight.gap_bits = gap_bits;
  weight.gap_lengths = pack_lengths(gap_lengths);
  weight.code_lengths = pack_lengths(code_lengths);
  weight.centroids = centroids;
  for (const SparseChunk& from : chunks) {
    const Streams gaps = encode_streams(gap_lengths, from.gaps),
                  code_streams = encode_streams(code_lengths, from.codes);
    ChunkParts chunk;
    chunk.start = from.start;
    chunk.gap_count = static_cast<uint32_t>(from.gaps.size());
    chunk.code_count = static_cast<uint32_t>(from.codes.size());
    chunk.offset = append(gaps.bytes, 1);
    append(code_streams.bytes, 1);
    set_sizes(gaps, &chunk.gap_bytes);
    set_sizes(code_streams, &chunk.code_bytes);
    weight.chunks.push_back(chunk);
  }
  weights.push_back(weight);
  refresh_checksums();
  return static_cast<uint32_t>(weights.size()) - 1;
}

OpParts& ModelParts::add(fb::OpAttributes type, std::string name) {
  ops.emplace_back();
  ops.back().type = type;
  ops.back().name = std::move(name);
  return ops.back();
}

void ModelParts::refresh_checksums() {
  const auto checksum = [&](uint64_t offset, uint64_t bytes) {
    return offset + bytes > payload.size() ? 0 : dcm::crc32c(payload.data() + offset, bytes);
  };
  for (WeightParts& weight : weights) {
    weight.crc32c =
        checksum(weight.offset, elements(weight.shape) * (weight.element_type == fb::ElementType_Float16 ? 2 : 4));
    for (ChunkParts& chunk : weight.chunks) chunk.crc32c = checksum(chunk.offset, chunk_bytes(chunk));
  }
}

Bytes ModelParts::build() const {
  FlatBufferBuilder out;
  Bytes padded = payload;
  padded.resize(padded.size() + slack);
  out.ForceVectorAlignment(padded.size(), 1, 16);
  const auto payload_vector = out.CreateVector(padded);
  std::vector<Offset<fb::Input>> input_tables;
  for (const InputParts& input : inputs)
    input_tables.push_back(fb::CreateInputDirect(out, input.name.c_str(), &input.shape));
  std::vector<Offset<fb::Weight>> weight_tables;
  for (const WeightParts& weight : weights) {
    const auto encoding = write_encoding(out, weight);
    const auto shape = out.CreateVector(weight.shape);
    weight_tables.push_back(fb::CreateWeight(out, shape, weight.encoding, encoding));
  }
  std::vector<Offset<fb::Op>> op_tables;
  for (const OpParts& op : ops) {
    const auto attributes = write_attributes(out, op);
    const auto name = op.name.empty() ? 0 : out.CreateString(op.name);
    const auto op_inputs = op.inputs ? out.CreateVector(*op.inputs) : 0;
    op_tables.push_back(fb::CreateOp(out, name, op.type, attributes, op_inputs));
  }
  std::vector<Offset<fb::Output>> output_tables;
  for (const OutputParts& output : outputs)
    output_tables.push_back(fb::CreateOutputDirect(out, output.name.c_str(), output.value));
  std::vector<Offset<fb::Entry>> entry_tables;
  for (const auto& [key, value] : entries)
    entry_tables.push_back(fb::CreateEntry(out, out.CreateString(key), out.CreateString(value)));
  const auto metadata = fb::CreateMetadata(out, out.CreateString("test"), out.CreateVectorOfStrings(labels),
                                           out.CreateVector(entry_tables));
  const auto input_vector = out.CreateVector(input_tables);
  const auto weight_vector = out.CreateVector(weight_tables);
  const auto op_vector = out.CreateVector(op_tables);
  const auto output_vector = out.CreateVector(output_tables);
  fb::FinishModelBuffer(out, fb::CreateModel(out, version, input_vector, weight_vector, op_vector, output_vector,
                                             payload_vector, metadata));
  return Bytes(out.GetBufferPointer(), out.GetBufferPointer() + out.GetSize());
}

}  // namespace dcm::testing
