// Sections 4 to 6 of docs/format.md: weights that break a rule.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <string>

#include "small_network.h"

namespace dcm {
namespace {

using testing::ModelParts;
using testing::Opened;
using testing::small_network;
namespace fb = testing::fb;

// The weights of small_network(), and its Conv2d's chunks.
enum SmallWeights { kSparse, kBias, kDenseShared, kSparseLinear, kHalfBias };

struct Refusal {
  const char* name;
  std::function<void(ModelParts&)> spoil;
  int code;
  const char* words;
};

class RefusedWeight : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusedWeight, WithCodeAndWords) {
  ModelParts parts = small_network();
  ASSERT_EQ(testing::open_bytes(parts.build()).code, DCM_OK);
  GetParam().spoil(parts);
  for (uint32_t threads : {1u, 4u}) {
    dcm_options options = DCM_OPTIONS_DEFAULT;
    options.threads = threads;
    const Opened opened = testing::open_bytes(parts.build(), &options);
    EXPECT_EQ(opened.model, nullptr);
    EXPECT_EQ(dcm_code_name(opened.code), std::string(dcm_code_name(GetParam().code))) << opened.text;
    EXPECT_NE(opened.text.find(GetParam().words), std::string::npos) << opened.text;
  }
}

const Refusal kRefusals[] = {
    {"ShapeRank0", [](ModelParts& m) { m.weights[kSparse].shape = {}; }, DCM_FILE_STRUCTURE,
     "weight 0: has 0 dimensions"},
    {"ShapeRank9", [](ModelParts& m) { m.weights[kSparse].shape.assign(9, 1); }, DCM_FILE_STRUCTURE, "9 dimensions"},
    {"ShapeSize0", [](ModelParts& m) { m.weights[kSparse].shape[2] = 0; }, DCM_FILE_STRUCTURE, "dimension 2 is 0"},
    {"ShapeOverflow", [](ModelParts& m) { m.weights[kSparse].shape.assign(8, 0xFFFFFFFF); }, DCM_FILE_STRUCTURE,
     "2^32"},
    {"NoEncoding", [](ModelParts& m) { m.weights[kBias].encoding = fb::Encoding_NONE; }, DCM_FILE_STRUCTURE,
     "no encoding"},
    {"UnknownEncoding", [](ModelParts& m) { m.weights[kBias].encoding = static_cast<fb::Encoding>(4); },
     DCM_GRAPH_OPERATOR, "encoding 4"},
    {"UnknownElementType", [](ModelParts& m) { m.weights[kBias].element_type = static_cast<fb::ElementType>(2); },
     DCM_GRAPH_OPERATOR, "element type 2"},
    {"GapBits1", [](ModelParts& m) { m.weights[kSparse].gap_bits = 1; }, DCM_FILE_STRUCTURE, "gap_bits is 1"},
    {"GapBits9", [](ModelParts& m) { m.weights[kSparse].gap_bits = 9; }, DCM_FILE_STRUCTURE, "gap_bits is 9"},
    {"NoCodebook", [](ModelParts& m) { m.weights[kSparse].centroids.reset(); }, DCM_FILE_STRUCTURE,
     "has none of centroids"},
    {"TwoCodebooks", [](ModelParts& m) { m.weights[kSparse].centroids_f16 = {{1}}; }, DCM_FILE_STRUCTURE,
     "has both of centroids"},
    {"Codebook257", [](ModelParts& m) { m.weights[kSparse].centroids->resize(257); }, DCM_FILE_STRUCTURE,
     "257 centroids"},
    {"CentroidNan", [](ModelParts& m) { (*m.weights[kSparse].centroids)[3] = std::nanf(""); }, DCM_FILE_STRUCTURE,
     "centroid 3 is not finite"},
    {"CentroidInfinite",
     [](ModelParts& m) {
       m.weights[kSparse].centroids.reset();
       m.weights[kSparse].centroids_f16 = {{0, 0, 0, 0, 0xFC00}};
     },
     DCM_FILE_STRUCTURE, "centroid 4 is not finite"},
    {"CodesOutsideTheCodebook", [](ModelParts& m) { m.weights[kSparse].centroids->pop_back(); }, DCM_FILE_HUFFMAN,
     "code_lengths: packed code lengths go past the alphabet of 4"},
    {"EmptyCodebook",
     [](ModelParts& m) {
       m.weights[kSparse].centroids->clear();
       m.weights[kSparse].code_lengths.clear();
     },
     DCM_FILE_HUFFMAN, "no symbol of their code"},
    {"GapKraft", [](ModelParts& m) { m.weights[kSparse].gap_lengths[0] ^= 1; }, DCM_FILE_HUFFMAN,
     "weight 0: gap_lengths: a Huffman code is"},
    {"CodeKraft", [](ModelParts& m) { m.weights[kDenseShared].code_lengths[0] ^= 3; }, DCM_FILE_HUFFMAN,
     "weight 2: code_lengths"},
    {"NoGapCode", [](ModelParts& m) { m.weights[kSparse].gap_lengths.clear(); }, DCM_FILE_HUFFMAN,
     "has gap symbols, but no symbol"},
    {"SymbolsWithoutChunks", [](ModelParts& m) { m.weights[kSparse].chunks.clear(); }, DCM_FILE_HUFFMAN,
     "but no chunks"},
    {"FirstStart", [](ModelParts& m) { m.weights[kSparse].chunks[0].start = 1; }, DCM_FILE_INDEX,
     "weight 0: chunk 0: starts at element 1"},
    {"StartsNotInOrder", [](ModelParts& m) { m.weights[kSparse].chunks[1].start = 0; }, DCM_FILE_INDEX,
     "chunk 1: starts at element 0"},
    {"StartPastTheEnd", [](ModelParts& m) { m.weights[kSparse].chunks.back().start = 72; }, DCM_FILE_INDEX,
     "starts at element 72 of 72"},
    {"StartHuge", [](ModelParts& m) { m.weights[kSparse].chunks.back().start = 0xFFFFFFFF; }, DCM_FILE_INDEX,
     "starts at element 4294967295"},
    {"StartBetween", [](ModelParts& m) { ++m.weights[kSparse].chunks[1].start; }, DCM_FILE_INDEX,
     "chunk 0: ends at element"},
    {"CodeCount0", [](ModelParts& m) { m.weights[kSparse].chunks[0].code_count = 0; }, DCM_FILE_STRUCTURE,
     "sets 0 weights"},
    {"MoreCodesThanGaps", [](ModelParts& m) { m.weights[kSparse].chunks[0].code_count = 17; }, DCM_FILE_STRUCTURE,
     "sets 17 weights"},
    {"GapCount65537", [](ModelParts& m) { m.weights[kSparse].chunks[0].gap_count = 65537; }, DCM_FILE_STRUCTURE,
     "65537 gap symbols"},
    {"GapCountHuge", [](ModelParts& m) { m.weights[kSparse].chunks[0].gap_count = 0xFFFFFFFF; }, DCM_FILE_STRUCTURE,
     "4294967295 gap symbols"},
    {"CountsHuge",
     [](ModelParts& m) {
       auto& c = m.weights[kSparse].chunks[0];
       c.gap_count = c.code_count = 65536;
     },
     DCM_FILE_STREAM, "gap stream 0 has"},
    {"OneCodeMissing", [](ModelParts& m) { --m.weights[kSparse].chunks[0].code_count; }, DCM_FILE_STREAM,
     "chunk 0: codes: stream"},
    {"OneGapMissing",
     [](ModelParts& m) {
       auto& c = m.weights[kSparse].chunks[0];
       --c.gap_count, --c.code_count;
     },
     DCM_FILE_STREAM, "chunk 0: gaps: stream"},
    {"StreamTooLong", [](ModelParts& m) { m.weights[kSparse].chunks[0].gap_bytes[2] = 65535; }, DCM_FILE_STREAM,
     "gap stream 2 has 65535 bytes"},
    {"StreamTooShort", [](ModelParts& m) { m.weights[kSparse].chunks[0].code_bytes[1] = 0; }, DCM_FILE_STREAM,
     "code stream 1 has 0 bytes"},
    {"ChunkOutsideThePayload", [](ModelParts& m) { m.weights[kSparse].chunks[0].offset = 100000; }, DCM_FILE_STRUCTURE,
     "leave the payload"},
    {"ChunkOffsetHuge", [](ModelParts& m) { m.weights[kSparse].chunks[0].offset = 0xFFFFFFFF; }, DCM_FILE_STRUCTURE,
     "leave the payload"},
    {"NoSlack", [](ModelParts& m) { m.slack = 7; }, DCM_FILE_STRUCTURE, "8 of them slack"},
    {"PayloadOfNothing",
     [](ModelParts& m) {
       m.payload.clear();
       m.slack = 0;
     },
     DCM_FILE_STRUCTURE, "payload"},
    {"ChunksOverlap",
     [](ModelParts& m) { m.weights[kSparse].chunks[1].offset = m.weights[kSparse].chunks[0].offset + 1; },
     DCM_FILE_STRUCTURE, "overlap"},
    {"DenseOverlapsChunk", [](ModelParts& m) { m.weights[kHalfBias].offset = 0; }, DCM_FILE_STRUCTURE,
     "overlap at payload byte"},
    {"DenseUnaligned", [](ModelParts& m) { m.weights[kBias].offset += 4; }, DCM_FILE_STRUCTURE, "multiple of 16"},
    {"DenseOutsideThePayload", [](ModelParts& m) { m.weights[kBias].offset = 0xFFFFFFF0; }, DCM_FILE_STRUCTURE,
     "weight 1: its values"},
    {"DenseHuge", [](ModelParts& m) { m.weights[kBias].shape = {0xFFFFFFFF}; }, DCM_FILE_STRUCTURE,
     "weight 1: its values: 17179869180 bytes"},
    {"ChecksumOfChunk", [](ModelParts& m) { ++m.weights[kSparse].chunks[1].crc32c; }, DCM_FILE_CHECKSUM,
     "weight 0: chunk 1: its bytes have CRC-32C"},
    {"ChecksumOfDense", [](ModelParts& m) { m.payload[m.weights[kBias].offset] ^= 1; }, DCM_FILE_CHECKSUM,
     "weight 1: its values have CRC-32C"},
    {"DenseNan",
     [](ModelParts& m) {
       for (int i = 0; i < 4; ++i) m.payload[m.weights[kBias].offset + 4 + i] = 0xFF;
       m.refresh_checksums();
     },
     DCM_FILE_STRUCTURE, "weight 1: has a value that is not finite"},
    {"DenseSharedStart", [](ModelParts& m) { ++m.weights[kDenseShared].chunks[1].start; }, DCM_FILE_INDEX,
     "weight 2: chunk 1: starts at element 6"},
    {"DenseSharedTooShort", [](ModelParts& m) { m.weights[kDenseShared].shape[0] = 5; }, DCM_FILE_INDEX,
     "set 8 weights, expected 10"},
    {"DenseSharedTooLong", [](ModelParts& m) { m.weights[kDenseShared].shape[0] = 3; }, DCM_FILE_INDEX,
     "set 8 weights, expected 6"},
    {"DenseSharedWithGaps", [](ModelParts& m) { m.weights[kDenseShared].chunks[0].gap_count = 1; }, DCM_FILE_STRUCTURE,
     "1 gap symbols"},
    {"DenseSharedWithGapBytes", [](ModelParts& m) { m.weights[kDenseShared].chunks[0].gap_bytes[3] = 1; },
     DCM_FILE_STREAM, "gap stream 3"},
    {"DenseSharedEmptyChunk", [](ModelParts& m) { m.weights[kDenseShared].chunks[0].code_count = 0; },
     DCM_FILE_STRUCTURE, "sets no weight"},
};

INSTANTIATE_TEST_SUITE_P(Weights, RefusedWeight, ::testing::ValuesIn(kRefusals),
                         [](const auto& tested) { return std::string(tested.param.name); });

// A sparse weight whose one chunk has the given gap symbols.
ModelParts with_gaps(const testing::Symbols& gaps, uint32_t elements, uint8_t gap_bits = 2) {
  ModelParts parts;
  parts.inputs = {{"x", {1}}};
  parts.add(fb::OpAttributes_Relu);
  parts.outputs = {{"y", 1}};
  const testing::Lengths lengths = testing::balanced_lengths(1u << gap_bits, {0, 1, 2, 3});
  const testing::Streams streams = testing::encode_streams(lengths, gaps);
  testing::WeightParts weight;
  weight.shape = {elements};
  weight.encoding = fb::Encoding_SparseShared;
  weight.gap_bits = gap_bits;
  weight.gap_lengths = testing::pack_lengths(lengths);
  weight.code_lengths = testing::pack_lengths({1});
  weight.centroids = {{1.0f}};
  testing::ChunkParts chunk;
  chunk.gap_count = static_cast<uint32_t>(gaps.size());
  for (const uint8_t gap : gaps) chunk.code_count += gap != 3;
  for (size_t j = 0; j < 4; ++j) chunk.gap_bytes[j] = static_cast<uint16_t>(streams.sizes[j]);
  weight.chunks = {chunk};
  parts.payload = streams.bytes;
  parts.weights = {weight};
  parts.refresh_checksums();
  return parts;
}

TEST(Gaps, TheLastWeightMayBeSetButNoneBehindIt) {
  EXPECT_EQ(testing::open_bytes(with_gaps({0, 3, 2, 1}, 9).build()).code, DCM_OK);  // positions 0, 6, 8
  const Opened opened = testing::open_bytes(with_gaps({0, 3, 2, 1}, 8).build());
  EXPECT_EQ(opened.code, DCM_FILE_INDEX);
  EXPECT_NE(opened.text.find("past the last of 8 weights"), std::string::npos) << opened.text;
  EXPECT_EQ(testing::open_bytes(with_gaps({0, 3, 3, 3, 1}, 8).build()).code, DCM_FILE_INDEX);
}

TEST(Gaps, TheLastSymbolIsNoSkip) {
  const Opened opened = testing::open_bytes(with_gaps({0, 1, 3}, 100).build());
  EXPECT_EQ(opened.code, DCM_FILE_INDEX);
  EXPECT_NE(opened.text.find("skip"), std::string::npos) << opened.text;
}

TEST(Gaps, CountsMustAgree) {
  ModelParts parts = with_gaps({0, 1, 3, 2}, 100);
  parts.weights[0].chunks[0].code_count = 2;
  const Opened opened = testing::open_bytes(parts.build());
  EXPECT_EQ(opened.code, DCM_FILE_INDEX);
  EXPECT_NE(opened.text.find("set 3 weights, but it has 2 codes"), std::string::npos) << opened.text;
}

TEST(Checksums, AreSkippedOnRequestOnly) {
  ModelParts parts = small_network();
  ++parts.weights[kSparse].chunks[0].crc32c;
  ++parts.weights[kBias].crc32c;
  dcm_options options = DCM_OPTIONS_DEFAULT;
  EXPECT_EQ(testing::open_bytes(parts.build(), &options).code, DCM_FILE_CHECKSUM);
  options.skip_checksum = 1;
  EXPECT_EQ(testing::open_bytes(parts.build(), &options).code, DCM_OK);
}

TEST(HugeShapes, HitTheLimitBeforeAnythingIsAllocated) {
  for (const std::vector<uint32_t>& shape :
       {std::vector<uint32_t>{0xFFFFFFFF}, {0xFFFFFFFF, 1}, {65535, 65537}, {1u << 31}}) {
    ModelParts parts;
    parts.inputs = {{"x", {1}}};
    parts.add(fb::OpAttributes_Relu);
    parts.outputs = {{"y", 1}};
    testing::WeightParts weight;
    weight.shape = shape;
    weight.encoding = fb::Encoding_SparseShared;
    weight.gap_bits = 4;
    weight.centroids = std::vector<float>{};
    parts.weights = {weight};
    dcm_options options = DCM_OPTIONS_DEFAULT;
    options.memory_limit = 64 << 10;
    const Opened opened = testing::open_bytes(parts.build(), &options);
    EXPECT_EQ(opened.code, DCM_MACHINE_LIMIT) << opened.text;
    EXPECT_NE(opened.text.find("the decoded weights"), std::string::npos) << opened.text;
  }
}

TEST(HugeShapes, ManyEmptyChunksAreCountedFirst) {
  // 36 bytes a chunk that say 65,536 weights each, in codes of one symbol.
  ModelParts parts;
  parts.inputs = {{"x", {1}}};
  parts.add(fb::OpAttributes_Relu);
  parts.outputs = {{"y", 1}};
  testing::WeightParts weight;
  weight.shape = {65536, 1000};
  weight.encoding = fb::Encoding_DenseShared;
  weight.centroids = {{1.0f}};
  weight.code_lengths = {1};
  for (uint32_t i = 0; i < 1000; ++i) {
    testing::ChunkParts chunk;
    chunk.start = i * 65536;
    chunk.code_count = 65536;
    weight.chunks.push_back(chunk);
  }
  parts.weights = {weight};
  dcm_options options = DCM_OPTIONS_DEFAULT;
  EXPECT_EQ(testing::open_bytes(parts.build(), &options).code, DCM_OK);
  options.memory_limit = 1 << 20;
  EXPECT_EQ(testing::open_bytes(parts.build(), &options).code, DCM_MACHINE_LIMIT);
}

TEST(SharedTables, AreNotVisitedWithoutEnd) {
  // One weight of many chunks that 100,000 references point at: the file is 2 MB, its description 180 GB.
  flatbuffers::FlatBufferBuilder out;
  std::vector<fb::Chunk> chunks(50000);
  const auto chunk_vector = out.CreateVectorOfStructs(chunks);
  const auto lengths = out.CreateVector(testing::Bytes{1});
  const auto centroids = out.CreateVector(std::vector<float>{1.0f});
  const auto shape = out.CreateVector(std::vector<uint32_t>{100});
  const auto encoding = fb::CreateSparseShared(out, 4, lengths, lengths, centroids, 0, chunk_vector);
  const std::vector<flatbuffers::Offset<fb::Weight>> weights(
      100000, fb::CreateWeight(out, shape, fb::Encoding_SparseShared, encoding.Union()));
  const auto weight_vector = out.CreateVector(weights);
  const std::vector<int32_t> dims = {1};
  const auto inputs =
      out.CreateVector(std::vector<flatbuffers::Offset<fb::Input>>{fb::CreateInputDirect(out, "x", &dims)});
  const auto ops = out.CreateVector(std::vector<flatbuffers::Offset<fb::Op>>{
      fb::CreateOp(out, 0, fb::OpAttributes_Relu, fb::CreateRelu(out).Union())});
  const auto outputs =
      out.CreateVector(std::vector<flatbuffers::Offset<fb::Output>>{fb::CreateOutputDirect(out, "y", 1)});
  fb::FinishModelBuffer(out, fb::CreateModel(out, 1, inputs, weight_vector, ops, outputs));
  const testing::Bytes bytes(out.GetBufferPointer(), out.GetBufferPointer() + out.GetSize());
  const auto start = std::chrono::steady_clock::now();
  EXPECT_NE(testing::open_bytes(bytes).code, DCM_OK);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

}  // namespace
}  // namespace dcm
