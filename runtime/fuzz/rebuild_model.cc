#include "rebuild_model.h"

#include <map>

#include "type_walk.h"

namespace dcm::fuzz {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;
using flatbuffers::voffset_t;

constexpr uint32_t kMostTables = 20'000;  // of one file; shared ones count each time
constexpr size_t kVectorAlignment = 16;   // the payload's

// What a vector's elements are: nothing but the same may be put into it.
using ElementKey = std::pair<const TypeTable*, int>;

// The elements of a file's vectors by what they are, and how many vectors there are.
class Inventory {
 public:
  explicit Inventory(const uint8_t* data) { table(follow(data), *dcmobile::described_format::ModelTypeTable()); }

  uint32_t vectors = 0;
  uint32_t tables = 0;
  std::map<ElementKey, std::vector<const uint8_t*>> elements;

 private:
  void table(const uint8_t* table_at, const TypeTable& type) {
    if (++tables > kMostTables) return;
    const uint8_t* before = nullptr;
    for (size_t i = 0; i < type.num_elems; ++i) {
      const uint8_t* at = field_place(table_at, i);
      const TypeCode code = type.type_codes[i];
      const TypeTable* of = referred(type, code);
      if (at != nullptr && code.is_repeating != 0) {
        vector(follow(at), static_cast<ElementaryType>(code.base_type), of);
      } else if (at != nullptr && code.base_type == flatbuffers::ET_SEQUENCE) {
        const TypeTable* found = table_type(*of, before);
        if (found != nullptr) table(follow(at), *found);
      }
      before = at;
    }
  }

  void vector(const uint8_t* start, ElementaryType base, const TypeTable* type) {
    ++vectors;
    const bool structs = type != nullptr && type->st == flatbuffers::ST_STRUCT;
    const size_t bytes = structs ? struct_bytes(*type) : is_scalar(base) ? scalar_bytes(base) : 4;
    std::vector<const uint8_t*>& known = elements[{structs || !is_scalar(base) ? type : nullptr, base}];
    const uint32_t count = read<uint32_t>(start);
    for (uint32_t i = 0; i < count; ++i) {
      const uint8_t* element = start + 4 + i * bytes;
      if (known.size() < kMostTables) known.push_back(is_scalar(base) || structs ? element : follow(element));
      if (!is_scalar(base) && base != flatbuffers::ET_STRING && !structs) table(follow(element), *type);
    }
  }
};

class Copy {
 public:
  Copy(const Inventory& donor, uint32_t changed_vector, std::mt19937& random)
      : donor_(donor), changed_vector_(changed_vector), random_(random) {
    out_.ForceDefaults(true);
  }

  FlatBufferBuilder& out() { return out_; }

  uint32_t table(const uint8_t* table_at, const TypeTable& type) {
    if (++tables_ > 2 * kMostTables) return 0;
    std::vector<uint32_t> offsets(type.num_elems, 0);
    const uint8_t* before = nullptr;
    for (size_t i = 0; i < type.num_elems; ++i) {
      const uint8_t* at = field_place(table_at, i);
      if (at != nullptr) offsets[i] = pointed(at, type, type.type_codes[i], before);
      before = at;
    }
    const uint32_t start = out_.StartTable();
    for (size_t i = 0; i < type.num_elems; ++i) {
      const uint8_t* at = field_place(table_at, i);
      const TypeCode code = type.type_codes[i];
      const auto base = static_cast<ElementaryType>(code.base_type);
      const auto slot = static_cast<voffset_t>(4 + 2 * i);
      if (at == nullptr) continue;
      if (code.is_repeating == 0 && is_scalar(base))
        scalar(at, scalar_bytes(base), slot);
      else if (offsets[i] != 0)
        out_.AddOffset(slot, Offset<void>(offsets[i]));
    }
    return out_.EndTable(start);
  }

 private:
  void scalar(const uint8_t* at, size_t bytes, voffset_t slot) {
    if (bytes == 1) return out_.AddElement<uint8_t>(slot, *at, 0);
    if (bytes == 2) return out_.AddElement<uint16_t>(slot, read<uint16_t>(at), 0);
    if (bytes == 4) return out_.AddElement<uint32_t>(slot, read<uint32_t>(at), 0);
    out_.AddElement<uint64_t>(slot, read<uint64_t>(at), 0);
  }

  // A copy of what a field refers to; 0 for scalars, and for what is left out.
  uint32_t pointed(const uint8_t* at, const TypeTable& owner, TypeCode code, const uint8_t* union_type) {
    const auto base = static_cast<ElementaryType>(code.base_type);
    const TypeTable* type = referred(owner, code);
    if (code.is_repeating != 0) return vector(follow(at), base, type);
    if (base == flatbuffers::ET_STRING) return string(follow(at));
    if (is_scalar(base)) return 0;
    const TypeTable* found = table_type(*type, union_type);
    return found == nullptr ? 0 : table(follow(at), *found);
  }

  uint32_t string(const uint8_t* text) {
    return out_.CreateString(reinterpret_cast<const char*>(text + 4), read<uint32_t>(text)).o;
  }

  uint32_t vector(const uint8_t* start, ElementaryType base, const TypeTable* type) {
    const bool structs = type != nullptr && type->st == flatbuffers::ST_STRUCT;
    const bool inline_elements = is_scalar(base) || structs;
    const size_t bytes = structs ? struct_bytes(*type) : is_scalar(base) ? scalar_bytes(base) : 4;
    std::vector<const uint8_t*> elements(read<uint32_t>(start));
    for (size_t i = 0; i < elements.size(); ++i)
      elements[i] = inline_elements ? start + 4 + i * bytes : follow(start + 4 + i * bytes);
    if (vector_++ == changed_vector_) change(&elements, {structs || !is_scalar(base) ? type : nullptr, base});
    if (inline_elements) {
      std::vector<uint8_t> content;
      content.reserve(elements.size() * bytes);
      for (const uint8_t* element : elements) content.insert(content.end(), element, element + bytes);
      if (bytes == 1) {  // the payload; other bytes may be aligned as it is
        out_.ForceVectorAlignment(content.size(), 1, kVectorAlignment);
        return out_.CreateVector(content).o;
      }
      out_.StartVector(elements.size(), bytes, structs ? 4 : bytes);
      out_.PushBytes(content.data(), content.size());
      return out_.EndVector(elements.size());
    }
    std::vector<Offset<void>> offsets;
    for (const uint8_t* element : elements) {
      const uint32_t copied = base == flatbuffers::ET_STRING ? string(element) : table(element, *type);
      if (copied != 0) offsets.emplace_back(copied);
    }
    return out_.CreateVector(offsets).o;
  }

  void change(std::vector<const uint8_t*>* elements, ElementKey key) {
    const size_t count = elements->size();
    const auto any = [&](size_t below) { return static_cast<ptrdiff_t>(below == 0 ? 0 : random_() % below); };
    const auto given = donor_.elements.find(key);
    const bool can_take = given != donor_.elements.end() && !given->second.empty();
    const auto taken = [&] { return given->second[static_cast<size_t>(any(given->second.size()))]; };
    switch (count == 0 ? 4 : random_() % 6) {
      case 0:
        elements->erase(elements->begin() + any(count));
        break;
      case 1: {  // copied first: insert may move the elements
        const uint8_t* doubled = (*elements)[static_cast<size_t>(any(count))];
        elements->insert(elements->begin() + any(count + 1), doubled);
        break;
      }
      case 2:
        std::swap((*elements)[static_cast<size_t>(any(count))], (*elements)[static_cast<size_t>(any(count))]);
        break;
      case 3:
        elements->resize(static_cast<size_t>(any(count)));
        break;
      case 4:
        if (can_take) elements->insert(elements->begin() + any(count + 1), taken());
        break;
      default:
        if (can_take) (*elements)[static_cast<size_t>(any(count))] = taken();
    }
  }

  FlatBufferBuilder out_;
  const Inventory& donor_;
  uint32_t changed_vector_;
  uint32_t vector_ = 0;
  uint32_t tables_ = 0;
  std::mt19937& random_;
};

}  // namespace

std::vector<uint8_t> rebuild_model(const uint8_t* data, const uint8_t* donor, size_t most_bytes, std::mt19937& random) {
  const Inventory own(data), other(donor);
  if (own.vectors == 0 || own.tables > kMostTables || other.tables > kMostTables) return {};
  Copy copy(other, static_cast<uint32_t>(random() % own.vectors), random);
  const uint32_t root = copy.table(follow(data), *dcmobile::described_format::ModelTypeTable());
  copy.out().Finish(Offset<void>(root), dcmobile::described_format::ModelIdentifier());
  if (copy.out().GetSize() > most_bytes) return {};
  return {copy.out().GetBufferPointer(), copy.out().GetBufferPointer() + copy.out().GetSize()};
}

}  // namespace dcm::fuzz
