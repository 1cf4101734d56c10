#include "model_mutator.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "core/crc32c.h"
#include "dcmobile_schema_generated.h"
#include "format/limits.h"
#include "model_sites.h"
#include "packed_file.h"
#include "rebuild_model.h"

namespace dcm::fuzz {
namespace {

namespace fb = ::dcmobile::format;

constexpr uint32_t kMostTables = 20'000;

// Numbers at which sizes, counts and products break.
constexpr uint64_t kInteresting[] = {0,          1,          2,          3,          4,          5,          7,
                                     8,          11,         12,         15,         16,         17,         31,
                                     32,         63,         64,         127,        128,        255,        256,
                                     257,        4095,       65535,      65536,      65537,      0x7FFFFFFF, 0x80000000,
                                     0xFFFFFFFE, 0xFFFFFFFF, 0xFFFF0000, 0x7F800000, 0x7FC00000, 0x3F800000, 0xBF800000,
                                     0x3FFFFFFF, 0x40000000, 0x55555556};

uint64_t load(const uint8_t* at, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; ++i) value |= uint64_t{at[i]} << 8 * i;
  return value;
}

void store(uint8_t* at, size_t bytes, uint64_t value) {
  for (size_t i = 0; i < bytes; ++i) at[i] = static_cast<uint8_t>(value >> 8 * i);
}

uint64_t changed_number(uint64_t value, std::mt19937& random) {
  switch (random() % 6) {
    case 0:
      return kInteresting[random() % std::size(kInteresting)];
    case 1:
      return value + 1;
    case 2:
      return value - 1;
    case 3:
      return value ^ uint64_t{1} << random() % 32;
    case 4:
      return random() % 2 == 0 ? value * 2 : value / 2;
    default:
      return random();
  }
}

// `sites` are of the file as it is.
void mutate_site(uint8_t* data, size_t size, const std::vector<Site>& sites, std::mt19937& random) {
  const Site& site = sites[random() % sites.size()];
  if (site.position + site.bytes > size) return;
  uint8_t* at = data + site.position;
  switch (site.kind) {
    case SiteKind::kScalar: {
      const Site& other = sites[random() % sites.size()];
      const bool copied = random() % 4 == 0 && other.kind == site.kind && other.bytes == site.bytes;
      store(at, site.bytes,
            copied ? load(data + other.position, site.bytes) : changed_number(load(at, site.bytes), random));
      break;
    }
    case SiteKind::kBytes:
      for (uint32_t hits = 1 + random() % 4; hits > 0; --hits) {
        uint8_t& byte = at[random() % site.bytes];
        byte = static_cast<uint8_t>(random() % 2 == 0 ? byte ^ 1u << random() % 8 : random());
      }
      break;
    case SiteKind::kReference: {  // to where another one leads, or a little beside
      const Site& other = sites[random() % sites.size()];
      if (other.kind == SiteKind::kReference && random() % 4 != 0)
        store(at, 4, other.position + load(data + other.position, 4) - site.position);
      else
        store(at, 4, load(at, 4) + 4 * (random() % 9) - 16);
      break;
    }
    case SiteKind::kLength:
      store(at, 4, random() % 2 == 0 ? load(at, 4) - random() % 3 : changed_number(load(at, 4), random));
      break;
    case SiteKind::kVtableEntry:
      store(at, 2, random() % 4 != 0 ? 0 : changed_number(load(at, 2), random));
      break;
  }
}

// All checksums first, then they are written: tables may overlap, and a checksum be a part of another's reference.
class Resealer {
 public:
  explicit Resealer(const uint8_t* data) : model_(*fb::GetModel(data)), file_(data) {}

  void run(uint8_t* data) {
    const auto* weights = model_.weights();
    for (uint32_t i = 0; weights != nullptr && i < weights->size(); ++i) {
      const fb::Weight& weight = *weights->Get(i);
      if (const auto* sparse = weight.encoding_as_SparseShared()) chunks(sparse->chunks());
      if (const auto* shared = weight.encoding_as_DenseShared()) chunks(shared->chunks());
      if (const auto* dense = weight.encoding_as_Dense()) values(weight, *dense);
    }
    for (const auto& [at, crc] : found_) store(data + at, 4, crc);
  }

 private:
  void seal(const uint8_t* place, uint64_t offset, uint64_t bytes) {
    const auto* payload = model_.payload();
    if (place == nullptr || payload == nullptr || offset > payload->size() || bytes > payload->size() - offset) return;
    if (bytes > left_) return;
    left_ -= bytes;
    found_.emplace_back(place - file_, crc32c(payload->data() + offset, bytes));
  }

  void chunks(const flatbuffers::Vector<const fb::Chunk*>* chunks) {
    for (uint32_t i = 0; chunks != nullptr && i < chunks->size(); ++i) {
      const fb::Chunk& chunk = *chunks->Get(i);
      uint64_t bytes = 0;
      for (uint32_t j = 0; j < 4; ++j) bytes += uint64_t{chunk.gap_bytes()->Get(j)} + chunk.code_bytes()->Get(j);
      constexpr size_t kCrcPlace = 16;
      seal(reinterpret_cast<const uint8_t*>(&chunk) + kCrcPlace, chunk.offset(), bytes);
    }
  }

  void values(const fb::Weight& weight, const fb::Dense& dense) {
    uint64_t bytes = dense.element_type() == fb::ElementType_Float16 ? 2 : 4;
    for (uint32_t i = 0; i < weight.shape()->size(); ++i) {
      const uint64_t dimension = weight.shape()->Get(i);
      if (dimension == 0 || bytes > (uint64_t{1} << 32) / dimension) return;
      bytes *= dimension;
    }
    const auto& table = reinterpret_cast<const flatbuffers::Table&>(dense);
    seal(table.GetAddressOf(fb::Dense::VT_CRC32C), dense.offset(), bytes);
  }

  const fb::Model& model_;
  const uint8_t* file_;
  std::vector<std::pair<ptrdiff_t, uint32_t>> found_;
  uint64_t left_ = 1 << 22;  // bytes to sum: sections may overlap as often as the file says
};

}  // namespace

bool is_model(const uint8_t* data, size_t size) {
  if (size < 8 || !fb::ModelBufferHasIdentifier(data)) return false;
  flatbuffers::Verifier::Options options;
  options.max_depth = 8;
  options.max_tables = kMostTables;
  flatbuffers::Verifier verifier(data, size, options);
  return fb::VerifyModelBuffer(verifier);
}

void reseal(uint8_t* data) {
  Resealer(data).run(data);
}

namespace {

using testing::Bytes;

bool is_packed(const uint8_t* data) {
  return fb::GetModel(data)->version() == kPackedVersion && fb::GetModel(data)->packed() != nullptr;
}

// What a file says in one flatbuffer; nothing if it is packed and that cannot be expanded.
Bytes in_one(const uint8_t* data, size_t size) {
  const Bytes file(data, data + size);
  return is_packed(data) ? testing::unpacked_file(file) : file;
}

// A packed file that says what the model says, if the model can be packed into that size.
Bytes packed_within(const Bytes& model, size_t most) {
  try {
    Bytes packed = testing::packed_file(model);
    return packed.size() <= most ? packed : Bytes();
  } catch (const std::invalid_argument&) {  // of an unknown type
    return {};
  }
}

size_t mutate_in_one(uint8_t* data, size_t size, size_t most, const uint8_t* donor, size_t donor_size,
                     std::mt19937& random);

// Mutates what is packed; 0 if nothing came of it that can be packed.
size_t mutate_packed(uint8_t* data, size_t size, size_t most, const uint8_t* donor, size_t donor_size,
                     std::mt19937& random) {
  constexpr size_t kGrowth = 4096;
  constexpr int kAttempts = 4;  // a model whose references lead anywhere cannot be packed
  const Bytes whole = in_one(data, size);
  for (int i = 0; i < kAttempts && !whole.empty(); ++i) {
    Bytes mutated = whole;
    mutated.resize(whole.size() + kGrowth);
    if (!is_model(mutated.data(), whole.size())) return 0;
    mutated.resize(mutate_in_one(mutated.data(), whole.size(), mutated.size(), donor, donor_size, random));
    if (!is_model(mutated.data(), mutated.size())) continue;
    const Bytes packed = packed_within(mutated, most);
    if (packed.empty()) continue;
    std::memcpy(data, packed.data(), packed.size());
    return packed.size();
  }
  return 0;
}

// Mutates a file as it is. The donor is in one flatbuffer too.
size_t mutate_in_one(uint8_t* data, size_t size, size_t most, const uint8_t* donor, size_t donor_size,
                     std::mt19937& random) {
  const bool with_donor = donor != nullptr && is_model(donor, donor_size);
  if (with_donor || random() % 3 == 0) {
    const std::vector<uint8_t> rebuilt = rebuild_model(data, with_donor ? donor : data, most, random);
    if (!rebuilt.empty()) {
      std::memcpy(data, rebuilt.data(), rebuilt.size());
      size = rebuilt.size();
    }
  }
  if (!with_donor) {
    const std::vector<Site> sites = find_sites(data);
    for (uint32_t hits = 1 + random() % 3; hits > 0 && !sites.empty(); --hits) mutate_site(data, size, sites, random);
  }
  if (random() % 8 != 0 && is_model(data, size)) reseal(data);
  return size;
}

}  // namespace

size_t mutate_model(uint8_t* data, size_t size, size_t most, const uint8_t* donor, size_t donor_size,
                    std::mt19937& random) {
  Bytes given;
  if (donor != nullptr && is_model(donor, donor_size)) given = in_one(donor, donor_size);
  const uint8_t* from = given.empty() ? nullptr : given.data();
  // Now and then in the other form; and a packed file as the bytes that it is.
  const bool expand = is_packed(data) == (random() % 8 != 0);
  const size_t mutated = expand ? mutate_packed(data, size, most, from, given.size(), random) : 0;
  return mutated != 0 ? mutated : mutate_in_one(data, size, most, from, given.size(), random);
}

}  // namespace dcm::fuzz
