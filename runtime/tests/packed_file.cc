#include "packed_file.h"

#include <cstring>

#include "core/bits.h"
#include "encoder/pack_model.h"
#include "format/expand_model.h"
#include "format/limits.h"
#include "format/schema.h"

namespace dcm::testing {
namespace {

constexpr size_t kPayloadAlignment = 16;

void put(Bytes* out, size_t at, uint32_t word) {
  store_le32(word, out->data() + at);
}

// Appends the bytes so that the first of them is at a multiple of the alignment, less `before`; returns where it is.
size_t append(Bytes* out, const uint8_t* bytes, size_t size, size_t alignment, size_t before = 0) {
  out->resize((out->size() + before + alignment - 1) / alignment * alignment - before);
  const size_t at = out->size();
  out->insert(out->end(), bytes, bytes + size);
  return at;
}

}  // namespace

Bytes packed_form(const Bytes& plain) {
  return encoder::pack_model(plain.data(), plain.size());
}

Bytes packed_file(const Bytes& form, const Bytes& plain) {
  flatbuffers::FlatBufferBuilder out;
  const auto* bytes = fb::GetModel(plain.data())->payload();
  flatbuffers::Offset<flatbuffers::Vector<uint8_t>> payload;
  if (bytes != nullptr) {
    out.ForceVectorAlignment(bytes->size(), 1, kPayloadAlignment);
    payload = out.CreateVector(bytes->data(), bytes->size());
  }
  const auto packed = out.CreateVector(form);
  const auto inputs = out.CreateVector(std::vector<flatbuffers::Offset<fb::Input>>());
  const auto ops = out.CreateVector(std::vector<flatbuffers::Offset<fb::Op>>());
  const auto outputs = out.CreateVector(std::vector<flatbuffers::Offset<fb::Output>>());
  fb::FinishModelBuffer(out, fb::CreateModel(out, kPackedVersion, inputs, 0, ops, outputs, payload, 0, packed));
  return Bytes(out.GetBufferPointer(), out.GetBufferPointer() + out.GetSize());
}

Bytes unpacked_file(const Bytes& packed) {
  const fb::Model& outer = *fb::GetModel(packed.data());
  if (outer.packed() == nullptr) return {};
  MemoryBudget budget(uint64_t{64} << 20);
  Array<uint8_t> expanded;
  if (!expand_model(outer.packed()->data(), outer.packed()->size(), budget, &expanded).ok()) return {};
  const fb::Model& inner = *fb::GetModel(expanded.data());

  // A root table of its own before what has been expanded: its references only point forward.
  enum Field { kVersion, kInputs, kWeights, kOps, kOutputs, kPayload, kMetadata, kFields };
  constexpr size_t kRoot = 28, kTableBytes = 4 + 4 * kFields, kHead = 64;
  static_assert(kRoot % 4 == 0 && kRoot + kTableBytes <= kHead && kHead % kPayloadAlignment == 0);
  Bytes out(kHead);
  put(&out, 0, kRoot);
  std::memcpy(out.data() + 4, fb::ModelIdentifier(), 4);
  const size_t layout = kRoot - 2 * (2 + kFields);
  const auto entry = [&](uint32_t i, size_t value) {
    out[layout + 2 * i] = static_cast<uint8_t>(value);
    out[layout + 2 * i + 1] = 0;
  };
  entry(0, 2 * (2 + kFields));
  entry(1, kTableBytes);
  put(&out, kRoot, static_cast<uint32_t>(kRoot - layout));
  append(&out, expanded.data(), expanded.size(), kPayloadAlignment);
  const auto refer = [&](Field field, size_t target) {
    const size_t at = kRoot + 4 + 4 * field;
    entry(2 + field, 4 + 4 * field);
    put(&out, at, static_cast<uint32_t>(target - at));
  };
  const auto refer_to_expanded = [&](Field field, const void* target) {
    if (target != nullptr)
      refer(field, kHead + static_cast<size_t>(static_cast<const uint8_t*>(target) - expanded.data()));
  };
  refer_to_expanded(kInputs, inner.inputs());
  refer_to_expanded(kWeights, inner.weights());
  refer_to_expanded(kOps, inner.ops());
  refer_to_expanded(kOutputs, inner.outputs());
  refer_to_expanded(kMetadata, inner.metadata());
  entry(2 + kVersion, 4);
  put(&out, kRoot + 4, outer.version());
  if (outer.payload() != nullptr) {
    const auto* payload = reinterpret_cast<const uint8_t*>(outer.payload());
    refer(kPayload, append(&out, payload, 4 + size_t{outer.payload()->size()}, kPayloadAlignment, 4));
  }
  return out;
}

}  // namespace dcm::testing
