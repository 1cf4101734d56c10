// How an operator becomes dispatches of shaders. README.md says what both sides agree on.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/array.h"
#include "graph/site.h"

namespace dcm::vulkan {

// What lowerings may know of a device.
struct Traits {
  uint32_t most_invocations = 128;  // of a workgroup, along x; a power of two
  uint32_t shared_bytes = 16384;    // of a workgroup
  uint32_t subgroup = 1;            // usual size of a subgroup
  uint32_t features = 0;            // bits of Feature
};

constexpr uint32_t kMostSpecialised = 8;
constexpr uint32_t kMostPushWords = 32;
constexpr uint32_t kMostParts = 8;

// Where the constants of one operator are, in words from the start of what is bound.
struct Packed {
  uint32_t at[kMostParts];  // as the lowering likes
  uint32_t form;            // of its weight: FORM
};

// Takes the constants of one operator: first only their number, then the words themselves.
class ConstantWriter {
 public:
  explicit ConstantWriter(uint32_t* words) : words_(words) {}

  // Room for count words; *at is where they begin. Null while counting: then nothing is to be written.
  uint32_t* take(uint64_t count, uint32_t* at) {
    *at = static_cast<uint32_t>(used_);
    uint32_t* const room = words_ == nullptr ? nullptr : words_ + used_;
    used_ += count;
    return room;
  }
  // Any array, up to a whole word; its bytes are as the CPU has them, which is little-endian as for GPUs.
  template <typename T>
  void put(const T* values, uint64_t count, uint32_t* at) {
    const uint64_t bytes = count * sizeof(T), words = (bytes + 3) / 4;
    uint32_t* const room = take(words, at);
    if (room == nullptr || words == 0) return;
    room[words - 1] = 0;
    std::memcpy(room, values, static_cast<size_t>(bytes));
  }
  uint64_t used() const { return used_; }

 private:
  uint32_t* words_;
  uint64_t used_ = 0;
};

// What a binding refers to.
struct Operand {
  enum Kind : uint8_t { kNone, kInput, kOutput, kConstants, kScratch };

  Kind kind = kNone;
  uint32_t index = 0;  // which input, output or scratch buffer
};
constexpr Operand input(uint32_t k) {
  return {Operand::kInput, k};
}
constexpr Operand output(uint32_t k = 0) {
  return {Operand::kOutput, k};
}
constexpr Operand constants() {
  return {Operand::kConstants, 0};
}

// One dispatch.
struct Step {
  const char* shader = nullptr;  // a name of shader_table()
  Operand bindings[4] = {};      // y, a, b, c
  uint32_t specialise[kMostSpecialised] = {64};
  uint32_t specialised = 3;  // how many of them
  uint32_t push[kMostPushWords] = {};
  uint32_t push_words = 0;
  uint64_t groups = 0;  // workgroups

  template <uint32_t kCount>
  void set_specialise(const uint32_t (&constants)[kCount]) {
    static_assert(kCount <= kMostSpecialised);
    std::memcpy(specialise, constants, sizeof constants);
    specialised = kCount;
  }
  template <typename T>
  void set_push(const T& block) {
    static_assert(sizeof(T) <= sizeof push && sizeof(T) % 4 == 0);
    std::memcpy(push, &block, sizeof block);
    push_words = sizeof block / 4;
  }
};

// Takes the steps of one operator, in order; each sees what those before it wrote.
class StepList {
 public:
  explicit StepList(MemoryBudget& budget) : budget_(budget) {}

  // The first failure is kept.
  void add(const Step& step);
  // A buffer of so many floats that only the steps of this operator use.
  Operand scratch(uint64_t floats);

  const Status& status() const { return status_; }
  const Step* begin() const { return steps_.data(); }
  const Step* end() const { return steps_.data() + count_; }
  uint32_t count() const { return count_; }
  // Of scratch buffer i, in floats.
  uint64_t scratch_floats(uint32_t i) const { return scratch_floats_[i]; }
  uint32_t scratch_count() const { return scratch_count_; }
  void clear() { count_ = scratch_count_ = 0; }

  static constexpr uint32_t kMostScratch = 4;

 private:
  MemoryBudget& budget_;
  Array<Step> steps_;
  uint32_t count_ = 0;
  uint64_t scratch_floats_[kMostScratch] = {};
  uint32_t scratch_count_ = 0;
  Status status_;
};

struct Lowering {
  OpType op;
  // Why the operator must stay on the CPU, in a few words; null: it need not. Null in place of the function: it never
  // must.
  const char* (*refuses)(const Site& site, const Traits& traits);
  // Writes the operator's constants. Null: it has none.
  void (*pack)(const Site& site, ConstantWriter& writer, Packed* packed);
  // Makes the steps for so many samples (1 if the output has no batch).
  void (*lower)(const Site& site, const Packed& packed, uint32_t samples, const Traits& traits, StepList& steps);
};

// Null if there is none for the operator.
const Lowering* find_lowering(OpType op);

}  // namespace dcm::vulkan
