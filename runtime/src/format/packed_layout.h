// How each table of schemas/dcmobile.fbs is packed (docs/format.md, section 9).
#pragma once

#include <cstddef>
#include <cstdint>

namespace dcm {

// A field's kind. The ranges of tables come last: kTable + t is a table number t, kTables + t a vector of such.
enum PackedKind : uint8_t {
  kByte,      // ubyte, bool, enumeration: 1 byte
  kNumber,    // uint: a number
  kWord,      // float, or a uint that is a checksum: 4 bytes
  kString,    // a count, then as many bytes
  kBytes,     // vectors: a count, then 1 byte each,
  kShorts,    //   2 bytes each,
  kNumbers,   //   a number each,
  kSigned,    //   a number each with the sign in its lowest bit,
  kWords,     //   4 bytes each,
  kStrings,   //   a string each,
  kChunks,    //   a chunk each
  kEncoding,  // unions: 1 byte for the type, then the table
  kOperator,
  kNowhere,  // never packed
  kTable = 64,
  kTables = 128
};

// Numbers of tables: the members of both unions first, in their order, so that a type gives the number.
enum PackedTable : uint8_t {
  kFirstOperator = 0,
  kFirstEncoding = 51,
  kWeightTable = 54,
  kOpTable,
  kInputTable,
  kOutputTable,
  kEntryTable,
  kMetadataTable,
  kModelTable,
  kPackedTables
};

// The tables one after another, each as its number of fields and a kind for each of them; a union is one field. Without
// pointers, which would have to be relocated.
constexpr uint8_t kPackedLayout[] = {
    // Linear, Conv2d, MaxPool2d
    3, kNumber, kNumber, kByte,                                                                                    //
    12, kNumber, kNumber, kByte, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber,  //
    11, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber, kByte,           //
    // Relu, Flatten, Add, Softmax
    0, 2, kNumber, kNumber, 1, kByte, 1, kNumber,  //
    // Conv1d, ConvTranspose2d
    8, kNumber, kNumber, kByte, kNumber, kNumber, kNumber, kNumber, kNumber,                                       //
    12, kNumber, kNumber, kByte, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber,  //
    // AveragePool2d, AdaptiveAveragePool2d, AdaptiveMaxPool2d
    11, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber, kByte, kByte, kNumber,  //
    2, kNumber, kNumber, 2, kNumber, kNumber,                                                           //
    // Clamp, LeakyRelu, Prelu
    2, kWord, kWord, 1, kWord, 1, kNumber,  //
    // HardSwish, HardSigmoid, Sigmoid, Tanh, Silu, Gelu, Exp, Log, Sqrt, Abs, Affine, PowerScalar
    0, 0, 0, 0, 0, 1, kByte, 0, 0, 0, 0, 2, kWord, kWord, 1, kWord,  //
    // Subtract, Multiply, Divide, Minimum, Maximum, Power
    1, kByte, 1, kByte, 1, kByte, 0, 0, 0,  //
    // Reduce, MatMul, Attention
    3, kByte, kNumbers, kByte, 0, 2, kWord, kByte,  //
    // LayerNorm, GroupNorm, ChannelAffine, LocalResponseNorm
    4, kNumber, kNumber, kWord, kNumber, 4, kNumber, kNumber, kWord, kNumber,  //
    3, kNumber, kNumber, kByte, 4, kNumber, kWord, kWord, kWord,               //
    // Constant, Reshape, Transpose, Concat, Slice, Expand
    1, kNumber, 1, kNumbers, 1, kNumbers, 1, kNumber, 4, kNumber, kNumber, kNumber, kNumber, 1, kNumbers,  //
    // Pad, Resize2d
    4, kNumbers, kNumbers, kByte, kWord, 6, kNumber, kNumber, kByte, kByte, kWord, kWord,  //
    // Embedding, Lstm, Gru
    1, kNumber, 5, kNumber, kNumber, kNumber, kByte, kByte, 6, kNumber, kNumber, kNumber, kNumber, kByte, kByte,  //
    // SparseShared, DenseShared, Dense
    6, kByte, kBytes, kBytes, kWords, kShorts, kChunks, 4, kBytes, kWords, kShorts, kChunks, 3, kByte, kNumber, kWord,
    // Weight, Op, Input, Output, Entry, Metadata
    2, kNumbers, kEncoding, 3, kString, kOperator, kNumbers, 2, kString, kSigned, 2, kString, kNumber,  //
    2, kString, kString, 3, kString, kStrings, kTables + kEntryTable,                                   //
    // Model
    8, kNowhere, kTables + kInputTable, kTables + kWeightTable, kTables + kOpTable, kTables + kOutputTable, kNowhere,
    kTable + kMetadataTable, kNowhere};

constexpr uint32_t kMostPackedFields = 12;  // of any table

// The fields of a table, which is one of kPackedTables: their number, then their kinds. Fits: it stays in the array.
inline const uint8_t* packed_fields(uint32_t table) {
  const uint8_t* fields = kPackedLayout;
  for (; table > 0; --table) fields += 1 + *fields;
  return fields;
}

// The first table of a union and how many members it has.
struct PackedUnion {
  uint32_t first, members;
};
constexpr PackedUnion packed_union(uint8_t kind) {
  return kind == kEncoding ? PackedUnion{kFirstEncoding, kWeightTable - kFirstEncoding}
                           : PackedUnion{kFirstOperator, kFirstEncoding - kFirstOperator};
}

// Bytes of a field inside its table; a union has a byte for its type, then this.
constexpr uint32_t stored_bytes(uint8_t kind) {
  return kind == kByte ? 1 : 4;
}

// Fields of the struct Chunk in order: numbers of 4 bytes, a checksum, numbers of 2 bytes.
constexpr uint32_t kChunkNumbers = 4, kChunkShorts = 8;

// The most bytes of a number: 7 bits in each, least significant first, the top bit set in all but the last.
constexpr uint32_t kMostNumberBytes = 5;

}  // namespace dcm
