#include "encoder/pack_model.h"

#include <stdexcept>
#include <utility>

#include "core/bits.h"
#include "format/packed_layout.h"
#include "format/schema.h"

namespace dcm::encoder {
namespace {

class Packer {
 public:
  std::vector<uint8_t> packed;

  void table(uint32_t id, const flatbuffers::Table& table) {
    const uint8_t* kinds = packed_fields(id);
    const uint32_t fields = *kinds++;
    // Of each field, 0 if it is absent; of a union the type's, which comes before the table.
    const uint8_t* at[kMostPackedFields] = {};
    const uint8_t* types[kMostPackedFields] = {};
    uint32_t present = 0, entry = 0;
    for (uint32_t i = 0; i < fields; ++i) {
      if (is_union(kinds[i])) types[i] = address(table, entry++);
      if (kinds[i] != kNowhere) at[i] = address(table, entry);
      ++entry;
      if (at[i] != nullptr) present |= 1u << i;
    }
    number(present);
    for (uint32_t i = 0; i < fields; ++i)
      if (at[i] != nullptr) field(kinds[i], at[i], types[i]);
  }

  void chunk(const uint8_t* record) {
    for (uint32_t i = 0; i < kChunkNumbers; ++i, record += 4) number(load_le32(record));
    bytes(record, 4);
    record += 4;
    for (uint32_t i = 0; i < kChunkShorts; ++i, record += 2) number(load_le16(record));
  }

 private:
  static bool is_union(uint8_t kind) { return kind == kEncoding || kind == kOperator; }

  static const uint8_t* address(const flatbuffers::Table& table, uint32_t entry) {
    return table.GetAddressOf(static_cast<flatbuffers::voffset_t>(2 * (2 + entry)));
  }

  static const uint8_t* referred(const uint8_t* at) { return at + load_le32(at); }

  void number(uint32_t value) {
    for (; value >= 0x80; value >>= 7) packed.push_back(static_cast<uint8_t>(value | 0x80));
    packed.push_back(static_cast<uint8_t>(value));
  }

  void bytes(const uint8_t* from, size_t size) { packed.insert(packed.end(), from, from + size); }

  void raw_vector(const uint8_t* vector, size_t element_bytes) {
    const uint32_t count = load_le32(vector);
    number(count);
    bytes(vector + 4, count * element_bytes);
  }

  template <typename Element>
  void vector(const uint8_t* vector, size_t element_bytes, Element&& element) {
    const uint32_t count = load_le32(vector);
    number(count);
    for (size_t i = 0; i < count; ++i) element(vector + 4 + i * element_bytes);
  }

  void table_at(uint32_t id, const uint8_t* at) { table(id, *reinterpret_cast<const flatbuffers::Table*>(at)); }

  void field(uint8_t kind, const uint8_t* at, const uint8_t* type) {
    if (kind >= kTables)
      return vector(referred(at), 4, [&](const uint8_t* each) { table_at(kind - kTables, referred(each)); });
    if (kind >= kTable) return table_at(kind - kTable, referred(at));
    switch (kind) {
      case kByte:
        return bytes(at, 1);
      case kNumber:
        return number(load_le32(at));
      case kWord:
        return bytes(at, 4);
      case kString:
      case kBytes:
        return raw_vector(referred(at), 1);
      case kShorts:
        return raw_vector(referred(at), 2);
      case kWords:
        return raw_vector(referred(at), 4);
      case kNumbers:
        return vector(referred(at), 4, [&](const uint8_t* each) { number(load_le32(each)); });
      case kSigned:
        return vector(referred(at), 4, [&](const uint8_t* each) {
          const uint32_t value = load_le32(each);
          number(value << 1 ^ (0u - (value >> 31)));
        });
      case kStrings:
        return vector(referred(at), 4, [&](const uint8_t* each) { raw_vector(referred(each), 1); });
      case kChunks:
        return vector(referred(at), sizeof(fb::Chunk), [&](const uint8_t* each) { chunk(each); });
      default: {
        const PackedUnion members = packed_union(kind);
        const uint8_t number = type == nullptr ? 0 : *type;
        if (number == 0 || number > members.members) throw std::invalid_argument("a table of an unknown type");
        packed.push_back(number);
        return table_at(members.first + number - 1, referred(at));
      }
    }
  }
};

}  // namespace

std::vector<uint8_t> pack_model(const uint8_t* data, size_t size) {
  if (size < 8) throw std::invalid_argument("not a flatbuffer");
  Packer packer;
  packer.table(kModelTable, *flatbuffers::GetRoot<flatbuffers::Table>(data));
  return std::move(packer.packed);
}

size_t packed_chunk_bytes(const uint8_t* records, size_t count) {
  Packer packer;
  for (size_t i = 0; i < count; ++i) packer.chunk(records + i * sizeof(fb::Chunk));
  return packer.packed.size();
}

}  // namespace dcm::encoder
