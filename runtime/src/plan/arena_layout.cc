#include "plan/arena_layout.h"

#include <cinttypes>
#include <cstring>

namespace dcm {
namespace {

// The free ranges below the arena's end, in order of address, no two touching.
class FreeList {
 public:
  // The smallest range that holds bytes, else new space at the end. False if the arena would outgrow the limit.
  bool take(uint64_t bytes, uint64_t limit, uint64_t* offset) {
    size_t best = count_;
    for (size_t i = 0; i < count_; ++i)
      if (ranges_[i].bytes >= bytes && (best == count_ || ranges_[i].bytes < ranges_[best].bytes)) best = i;
    if (best < count_) {
      *offset = ranges_[best].offset;
      ranges_[best].offset += bytes;
      ranges_[best].bytes -= bytes;
      if (ranges_[best].bytes == 0) remove(best);
      return true;
    }
    // A range that ends the arena grows.
    const bool grow = count_ > 0 && ranges_[count_ - 1].offset + ranges_[count_ - 1].bytes == end_;
    *offset = grow ? ranges_[count_ - 1].offset : end_;
    const Checked end = Checked(*offset) + bytes;
    if (!end.within(limit)) return false;
    if (grow) --count_;
    end_ = end.value();
    return true;
  }

  void give(uint64_t offset, uint64_t bytes) {
    size_t at = 0;
    while (at < count_ && ranges_[at].offset < offset) ++at;
    const bool joins_before = at > 0 && ranges_[at - 1].offset + ranges_[at - 1].bytes == offset;
    const bool joins_after = at < count_ && offset + bytes == ranges_[at].offset;
    if (joins_before && joins_after) {
      ranges_[at - 1].bytes += bytes + ranges_[at].bytes;
      remove(at);
    } else if (joins_before) {
      ranges_[at - 1].bytes += bytes;
    } else if (joins_after) {
      ranges_[at].offset = offset;
      ranges_[at].bytes += bytes;
    } else if (count_ < kCapacity) {
      std::memmove(ranges_ + at + 1, ranges_ + at, (count_ - at) * sizeof(Range));
      ranges_[at] = {offset, bytes};
      ++count_;
    }
    // Else the range is forgotten: networks have a handful, so only a file made for the purpose wastes space here, not
    // time.
  }

  uint64_t end() const { return end_; }

 private:
  static constexpr size_t kCapacity = 128;
  struct Range {
    uint64_t offset, bytes;
  };

  void remove(size_t i) {
    std::memmove(ranges_ + i, ranges_ + i + 1, (count_ - i - 1) * sizeof(Range));
    --count_;
  }

  Range ranges_[kCapacity];
  size_t count_ = 0;
  uint64_t end_ = 0;
};

}  // namespace

Checked storage_bytes(const Storage& storage, uint32_t batch, uint64_t alignment) {
  return (Checked(storage.elements) * storage.samples(batch) * sizeof(float)).aligned(alignment);
}

Result<uint64_t> lay_out_arena(const StorageMap& map, uint32_t batch, uint64_t limit, Array<uint64_t>* offsets,
                               uint64_t alignment) {
  FreeList free_list;
  size_t released = 0;
  for (uint32_t i = 0; i < map.storages.size(); ++i) {
    const Storage& storage = map.storages[i];
    if (storage.kind != StorageKind::kArena) continue;
    // What was last read before this operator makes room; what it reads itself does not.
    for (; released < map.by_last_op.size(); ++released) {
      const uint32_t old = map.by_last_op[released];
      if (map.storages[old].last_op >= storage.first_op) break;
      free_list.give((*offsets)[old], storage_bytes(map.storages[old], batch, alignment).value());
    }
    const Checked bytes = storage_bytes(storage, batch, alignment);
    if (!bytes.ok() || !free_list.take(bytes.value(), limit, &(*offsets)[i]))
      return Status::error(DCM_MACHINE_LIMIT,
                           "the activations of batch %u need more than the %" PRIu64 " bytes that memory_limit leaves",
                           batch, limit);
  }
  return free_list.end();
}

}  // namespace dcm
