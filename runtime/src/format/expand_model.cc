#include "format/expand_model.h"

#include <cstring>

#include "core/bits.h"
#include "format/packed_layout.h"
#include "format/schema.h"

namespace dcm {
namespace {

constexpr uint32_t kAlignment = 4;
constexpr uint32_t kReferenceBytes = 4;
constexpr uint64_t kLargest = 0x7FFFFFFF;  // docs/format.md, 2

// Reads the packed form from its first byte to its last and appends what it says to a flatbuffer. Everything stands
// behind what refers to it. Without an output it only counts the flatbuffer's bytes: so memory is allocated once, for a
// form that has been seen to be whole.
// Fits: the form has fewer than 2^31 bytes, no byte of it makes more than 40 of the flatbuffer's, and those are counted
// in 64 bits.
class Expander {
 public:
  Expander(const uint8_t* packed, size_t size, uint8_t* out) : next_(packed), end_(packed + size), out_(out) {}

  Status expand() {
    end_of_output_ = kReferenceBytes + flatbuffers::kFileIdentifierLength;
    if (out_ != nullptr) std::memcpy(out_ + kReferenceBytes, fb::ModelIdentifier(), flatbuffers::kFileIdentifierLength);
    DCM_TRY(table(kModelTable, 0));
    if (next_ != end_) return Status::error(DCM_FILE_STRUCTURE, "has %zu bytes behind its end", left());
    if (end_of_output_ > kLargest) return Status::error(DCM_FILE_STRUCTURE, "describes more than 2^31 - 1 bytes");
    return {};
  }

  uint64_t bytes() const { return end_of_output_; }

 private:
  size_t left() const { return static_cast<size_t>(end_ - next_); }

  // --- Output ---

  void put32(uint64_t at, uint32_t word) {
    if (out_ != nullptr) store_le32(word, out_ + at);
  }
  void put16(uint64_t at, uint32_t word) {
    if (out_ == nullptr) return;
    out_[at] = static_cast<uint8_t>(word);
    out_[at + 1] = static_cast<uint8_t>(word >> 8);
  }
  void put8(uint64_t at, uint8_t byte) {
    if (out_ != nullptr) out_[at] = byte;
  }

  // Appends zeros, aligned, and returns where they start.
  uint64_t append(uint64_t bytes) {
    const uint64_t start = Checked(end_of_output_).aligned(kAlignment).value();
    if (out_ != nullptr) std::memset(out_ + end_of_output_, 0, static_cast<size_t>(start + bytes - end_of_output_));
    end_of_output_ = start + bytes;
    return start;
  }

  // Appends a vector with its count and makes the reference at reference point to it; returns where the elements start.
  uint64_t append_vector(uint64_t reference, uint32_t count, uint32_t element_bytes, uint32_t behind = 0) {
    const uint64_t start = append(kReferenceBytes + uint64_t{count} * element_bytes + behind);
    put32(reference, static_cast<uint32_t>(start - reference));
    put32(start, count);
    return start + kReferenceBytes;
  }

  // --- Input ---

  static Status ends_early() { return Status::error(DCM_FILE_STRUCTURE, "ends too early"); }

  Status byte(uint8_t* value) {
    if (next_ == end_) return ends_early();
    *value = *next_++;
    return {};
  }

  Status number(uint32_t* value, uint32_t most = UINT32_MAX) {
    uint64_t read = 0;
    for (uint32_t i = 0; i < kMostNumberBytes; ++i) {
      uint8_t part = 0;
      DCM_TRY(byte(&part));
      read |= uint64_t{part & 0x7Fu} << (7 * i);
      if (part >= 0x80) continue;
      if (part == 0 && i > 0) return Status::error(DCM_FILE_STRUCTURE, "has a number with a superfluous byte");
      if (read > most) return Status::error(DCM_FILE_STRUCTURE, "has a number above %u", most);
      *value = static_cast<uint32_t>(read);
      return {};
    }
    return Status::error(DCM_FILE_STRUCTURE, "has a number of more than %u bytes", kMostNumberBytes);
  }

  // Every element takes least_bytes or more, which bounds what is made of the packed form by its size.
  Status count(uint32_t least_bytes, uint32_t* elements) {
    DCM_TRY(number(elements));
    if (*elements > left() / least_bytes) return ends_early();
    return {};
  }

  // --- Both ---

  Status copy(uint64_t to, uint64_t bytes) {
    if (bytes > left()) return ends_early();
    if (out_ != nullptr && bytes > 0) std::memcpy(out_ + to, next_, static_cast<size_t>(bytes));
    next_ += bytes;
    return {};
  }

  Status copy_number(uint64_t to) {
    uint32_t value = 0;
    DCM_TRY(number(&value));
    put32(to, value);
    return {};
  }

  Status copy_short(uint64_t to) {
    uint32_t value = 0;
    DCM_TRY(number(&value, UINT16_MAX));
    put16(to, value);
    return {};
  }

  Status copy_signed(uint64_t to) {
    uint32_t value = 0;
    DCM_TRY(number(&value));
    put32(to, value >> 1 ^ (0u - (value & 1)));
    return {};
  }

  Status string(uint64_t reference) {
    uint32_t bytes = 0;
    DCM_TRY(count(1, &bytes));
    return copy(append_vector(reference, bytes, 1, 1), bytes);  // a zero byte behind it
  }

  Status raw_vector(uint64_t reference, uint32_t element_bytes) {
    uint32_t elements = 0;
    DCM_TRY(count(element_bytes, &elements));
    return copy(append_vector(reference, elements, element_bytes), uint64_t{elements} * element_bytes);
  }

  // A vector whose elements take element_bytes in the flatbuffer and one or more in the packed form.
  template <typename Element>
  Status vector(uint64_t reference, uint32_t element_bytes, Element&& element) {
    uint32_t elements = 0;
    DCM_TRY(count(1, &elements));
    const uint64_t first = append_vector(reference, elements, element_bytes);
    for (uint32_t i = 0; i < elements; ++i) DCM_TRY(element(first + uint64_t{i} * element_bytes));
    return {};
  }

  Status chunk(uint64_t to) {
    for (uint32_t i = 0; i < kChunkNumbers; ++i, to += 4) DCM_TRY(copy_number(to));
    DCM_TRY(copy(to, 4));
    to += 4;
    for (uint32_t i = 0; i < kChunkShorts; ++i, to += 2) DCM_TRY(copy_short(to));
    return {};
  }

  Status union_member(uint8_t kind, uint64_t type_at, uint64_t reference) {
    uint8_t type = 0;
    DCM_TRY(byte(&type));
    put8(type_at, type);
    const PackedUnion members = packed_union(kind);
    if (type == 0) return Status::error(DCM_FILE_STRUCTURE, "has a table of type 0");
    if (type > members.members)
      return Status::error(DCM_GRAPH_OPERATOR, "has %s of type %u: it needs a newer runtime",
                           kind == kEncoding ? "a weight" : "an operator", unsigned{type});
    return table(members.first + type - 1, reference);
  }

  Status field(uint8_t kind, uint64_t at, uint64_t type_at) {
    if (kind >= kTables) return vector(at, kReferenceBytes, [&](uint64_t to) { return table(kind - kTables, to); });
    if (kind >= kTable) return table(kind - kTable, at);
    switch (kind) {
      case kByte:
        return copy(at, 1);
      case kNumber:
        return copy_number(at);
      case kWord:
        return copy(at, 4);
      case kString:
        return string(at);
      case kBytes:
        return raw_vector(at, 1);
      case kShorts:
        return raw_vector(at, 2);
      case kWords:
        return raw_vector(at, 4);
      case kNumbers:
        return vector(at, 4, [&](uint64_t to) { return copy_number(to); });
      case kSigned:
        return vector(at, 4, [&](uint64_t to) { return copy_signed(to); });
      case kStrings:
        return vector(at, kReferenceBytes, [&](uint64_t to) { return string(to); });
      case kChunks:
        return vector(at, sizeof(fb::Chunk), [&](uint64_t to) { return chunk(to); });
      case kEncoding:
      case kOperator:
        return union_member(kind, type_at, at);
      default:
        return Status::error(DCM_FILE_STRUCTURE, "has a field that is never packed");
    }
  }

  // Tables nest as deep as the schema says: model, operator, attributes.
  Status table(uint32_t id, uint64_t reference) {
    const uint8_t* kinds = packed_fields(id);
    const uint32_t fields = *kinds++;
    uint32_t present = 0;
    DCM_TRY(number(&present));
    if (present >> fields != 0)
      return Status::error(DCM_FILE_VERSION, "has a table with field %u of %u: it needs a newer runtime",
                           31 - static_cast<uint32_t>(__builtin_clz(present)), fields);

    // Where each field stands in the table, and each entry in its layout.
    uint16_t place[kMostPackedFields] = {}, entry[kMostPackedFields] = {};
    uint32_t entries = 0, bytes = kReferenceBytes;
    for (uint32_t i = 0; i < fields; ++i) {
      const bool is_union = kinds[i] == kEncoding || kinds[i] == kOperator;
      entry[i] = static_cast<uint16_t>(entries + is_union);  // the type comes first
      entries += 1 + is_union;
      if ((present >> i & 1) == 0) continue;
      const uint32_t size = stored_bytes(kinds[i]);
      bytes = (bytes + size - 1) / size * size;
      place[i] = static_cast<uint16_t>(bytes);
      bytes += size + (is_union ? kAlignment : 0);  // the type stands behind the reference
    }
    const uint64_t layout = append(uint64_t{2} * (2 + entries));
    const uint64_t start = append(bytes);
    put32(reference, static_cast<uint32_t>(start - reference));
    put16(layout, 2 * (2 + entries));
    put16(layout + 2, bytes);
    put32(start, static_cast<uint32_t>(start - layout));
    for (uint32_t i = 0; i < fields; ++i) {
      if ((present >> i & 1) == 0) continue;
      put16(layout + 2 * (2 + uint64_t{entry[i]}), place[i]);
      const uint64_t at = start + place[i], type_at = at + kReferenceBytes;
      if (kinds[i] == kEncoding || kinds[i] == kOperator)
        put16(layout + 2 * (1 + uint64_t{entry[i]}), place[i] + kReferenceBytes);
      DCM_TRY(field(kinds[i], at, type_at));
    }
    return {};
  }

  const uint8_t* next_;
  const uint8_t* end_;
  uint8_t* out_;
  uint64_t end_of_output_ = 0;
};

}  // namespace

Status expand_model(const uint8_t* packed, size_t size, MemoryBudget& budget, Array<uint8_t>* model) {
  Expander measure(packed, size, nullptr);
  DCM_TRY(measure.expand().in("the packed model"));
  DCM_TRY(model->allocate(budget, measure.bytes()));
  return Expander(packed, size, model->data()).expand();
}

}  // namespace dcm
