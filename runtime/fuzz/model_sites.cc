#include "model_sites.h"

#include <utility>

#include "type_walk.h"

namespace dcm::fuzz {
namespace {

class Walk {
 public:
  explicit Walk(const uint8_t* data) : data_(data) {}

  void model() {
    add(SiteKind::kReference, data_, 4);
    table(follow(data_), *dcmobile::described_format::ModelTypeTable());
  }

  std::vector<Site> sites;

 private:
  bool full() const { return sites.size() >= kMostSites; }

  void add(SiteKind kind, const uint8_t* at, size_t bytes) {
    if (bytes > 0 && !full()) sites.push_back({kind, static_cast<size_t>(at - data_), bytes});
  }

  void table(const uint8_t* table, const TypeTable& type) {
    const uint8_t* vtable = table - read<int32_t>(table);
    const uint8_t* before = nullptr;
    for (size_t i = 0; i < type.num_elems && !full(); ++i) {
      if (4 + 2 * i + 2 > read<uint16_t>(vtable)) return;
      add(SiteKind::kVtableEntry, vtable + 4 + 2 * i, 2);
      const uint8_t* at = field_place(table, i);
      if (at != nullptr) field(at, type, type.type_codes[i], before);
      before = at;
    }
  }

  void field(const uint8_t* at, const TypeTable& owner, TypeCode code, const uint8_t* union_type) {
    const auto base = static_cast<ElementaryType>(code.base_type);
    const TypeTable* type = referred(owner, code);
    if (code.is_repeating != 0) return vector(at, base, type);
    if (base == flatbuffers::ET_STRING) return string(at);
    if (is_scalar(base)) return add(SiteKind::kScalar, at, scalar_bytes(base));
    add(SiteKind::kReference, at, 4);
    const TypeTable* found = table_type(*type, union_type);
    if (found != nullptr) table(follow(at), *found);
  }

  void string(const uint8_t* at) {
    add(SiteKind::kReference, at, 4);
    const uint8_t* text = follow(at);
    add(SiteKind::kLength, text, 4);
    add(SiteKind::kBytes, text + 4, read<uint32_t>(text));
  }

  void vector(const uint8_t* at, ElementaryType base, const TypeTable* type) {
    constexpr uint32_t kFew = 16;  // a shape, or other numbers that mean something each
    add(SiteKind::kReference, at, 4);
    const uint8_t* start = follow(at);
    add(SiteKind::kLength, start, 4);
    const uint32_t count = read<uint32_t>(start);
    const uint8_t* element = start + 4;
    if (is_scalar(base)) {
      const size_t bytes = scalar_bytes(base);
      for (uint32_t i = 0; count <= kFew && i < count; ++i) add(SiteKind::kScalar, element + i * bytes, bytes);
      return add(SiteKind::kBytes, element, count * bytes);
    }
    for (uint32_t i = 0; i < count && !full(); ++i) {
      if (base == flatbuffers::ET_STRING) {
        string(element);
      } else if (type->st == flatbuffers::ST_STRUCT) {
        structure(element, *type);
        element += struct_bytes(*type);
        continue;
      } else {
        add(SiteKind::kReference, element, 4);
        table(follow(element), *type);
      }
      element += 4;
    }
  }

  void structure(const uint8_t* at, const TypeTable& type) {
    for (size_t i = 0; i < type.num_elems; ++i) {
      const size_t bytes = scalar_bytes(static_cast<ElementaryType>(type.type_codes[i].base_type));
      for (auto k = static_cast<size_t>(type.values[i]); k + bytes <= static_cast<size_t>(type.values[i + 1]);
           k += bytes)
        add(SiteKind::kScalar, at + k, bytes);
    }
  }

  const uint8_t* data_;
};

}  // namespace

std::vector<Site> find_sites(const uint8_t* data) {
  Walk walk(data);
  walk.model();
  return std::move(walk.sites);
}

}  // namespace dcm::fuzz
