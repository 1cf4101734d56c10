#include "graph/metadata.h"

#include "format/text.h"
#include "graph/name_pool.h"

namespace dcm {
namespace {

Status verify_keys(const fb::Metadata& from, MemoryBudget& budget) {
  Array<const flatbuffers::String*> keys;
  DCM_TRY(keys.allocate(budget, vector_size(from.entries())));
  for (uint32_t i = 0; i < keys.size(); ++i) keys[i] = from.entries()->Get(i)->key();
  return verify_unique(keys, "metadata entries");
}

}  // namespace

Status read_metadata(const fb::Metadata* from, MemoryBudget& budget, VisitMeter& meter, Metadata* metadata) {
  if (from == nullptr) return {};
  const uint32_t labels = vector_size(from->labels()), entries = vector_size(from->entries());
  DCM_TRY(verify_text(from->producer(), "the producer", meter));
  DCM_TRY(meter.visit(uint64_t{labels} + entries, 8));  // Fits: two numbers of 32 bits
  NamePool pool;
  for (uint32_t i = 0; i < labels; ++i) DCM_TRY(pool.measure(from->labels()->Get(i), "a label", meter));
  for (uint32_t i = 0; i < entries; ++i) {
    DCM_TRY(pool.measure(from->entries()->Get(i)->key(), "a metadata key", meter));
    DCM_TRY(pool.measure(from->entries()->Get(i)->value(), "a metadata value", meter));
  }
  DCM_TRY(verify_keys(*from, budget));

  DCM_TRY(pool.allocate(budget, &metadata->texts));
  DCM_TRY(metadata->labels.allocate(budget, labels));
  DCM_TRY(metadata->entries.allocate(budget, entries));
  for (uint32_t i = 0; i < labels; ++i) metadata->labels[i] = pool.copy(from->labels()->Get(i));
  for (uint32_t i = 0; i < entries; ++i) {
    const fb::Entry& entry = *from->entries()->Get(i);
    metadata->entries[i] = {pool.copy(entry.key()), pool.copy(entry.value())};
  }
  return {};
}

}  // namespace dcm
