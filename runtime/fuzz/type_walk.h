// What the walkers of flatbuffers share: the schema's own description of its tables, so that a table or field that the
// schema gains is walked too.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dcmobile_described.h"

namespace dcm::fuzz {

using flatbuffers::ElementaryType;
using flatbuffers::TypeCode;
using flatbuffers::TypeTable;

inline size_t scalar_bytes(ElementaryType type) {
  switch (type) {
    case flatbuffers::ET_UTYPE:
    case flatbuffers::ET_BOOL:
    case flatbuffers::ET_CHAR:
    case flatbuffers::ET_UCHAR:
      return 1;
    case flatbuffers::ET_SHORT:
    case flatbuffers::ET_USHORT:
      return 2;
    case flatbuffers::ET_LONG:
    case flatbuffers::ET_ULONG:
    case flatbuffers::ET_DOUBLE:
      return 8;
    default:
      return 4;
  }
}

inline bool is_scalar(ElementaryType type) {
  return type != flatbuffers::ET_SEQUENCE && type != flatbuffers::ET_STRING;
}

template <typename T>
T read(const uint8_t* at) {
  return flatbuffers::ReadScalar<T>(at);
}

// Where the u32 distance at `at` leads.
inline const uint8_t* follow(const uint8_t* at) {
  return at + read<uint32_t>(at);
}

// Of a field's or vector's elements; null for scalars and strings.
inline const TypeTable* referred(const TypeTable& owner, TypeCode code) {
  return code.sequence_ref < 0 ? nullptr : owner.type_refs[code.sequence_ref]();
}

inline const TypeTable* union_member(const TypeTable& type, uint8_t number) {
  return number < type.num_elems ? referred(type, type.type_codes[number]) : nullptr;
}

// Where field i of a table stands, or null if it is absent.
inline const uint8_t* field_place(const uint8_t* table, size_t i) {
  const uint8_t* vtable = table - read<int32_t>(table);
  const size_t entry = 4 + 2 * i;
  if (entry + 2 > read<uint16_t>(vtable)) return nullptr;
  const uint16_t place = read<uint16_t>(vtable + entry);
  return place == 0 ? nullptr : table + place;
}

inline size_t struct_bytes(const TypeTable& type) {
  return static_cast<size_t>(type.values[type.num_elems]);
}

// A known union member or a plain table; null for an enumeration, and for a member that the schema does not list.
// union_type: the field before, where the type of a union stands, or null.
inline const TypeTable* table_type(const TypeTable& type, const uint8_t* union_type) {
  if (type.st == flatbuffers::ST_TABLE) return &type;
  if (type.st != flatbuffers::ST_UNION || union_type == nullptr) return nullptr;
  return union_member(type, *union_type);
}

}  // namespace dcm::fuzz
