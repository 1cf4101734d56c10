#include "plan/arena_layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "api/context.h"
#include "small_network.h"

namespace dcm {
namespace {

using testing::fb::OpAttributes_Add;
using testing::fb::OpAttributes_Flatten;
using testing::fb::OpAttributes_Relu;

// No two storages that are taken at once share a byte, and each lies in the arena.
void expect_sound(const StorageMap& map, uint32_t batch, const Array<uint64_t>& offsets, uint64_t arena) {
  for (size_t i = 0; i < map.storages.size(); ++i) {
    const Storage& a = map.storages[i];
    if (a.kind != StorageKind::kArena) continue;
    ASSERT_EQ(offsets[i] % kArenaAlignment, 0u);
    const uint64_t a_end = offsets[i] + storage_bytes(a, batch).value();
    ASSERT_LE(a_end, arena);
    for (size_t j = 0; j < i; ++j) {
      const Storage& b = map.storages[j];
      if (b.kind != StorageKind::kArena || a.last_op < b.first_op || b.last_op < a.first_op) continue;
      const uint64_t b_end = offsets[j] + storage_bytes(b, batch).value();
      ASSERT_TRUE(a_end <= offsets[j] || b_end <= offsets[i]) << i << " and " << j;
    }
  }
}

struct Laid {
  uint64_t arena = 0;
  Status status;
};

Laid lay_out(const dcm_model& model, uint32_t batch, uint64_t limit = UINT64_MAX) {
  MemoryBudget budget(1 << 30);
  Array<uint64_t> offsets;
  EXPECT_TRUE(offsets.allocate(budget, model.plan.storage.storages.size()).ok());
  const Result<uint64_t> arena = lay_out_arena(model.plan.storage, batch, limit, &offsets);
  if (!arena.ok()) return {0, arena.status()};
  expect_sound(model.plan.storage, batch, offsets, arena.value());
  return {arena.value(), {}};
}

// Random graphs of Add, Relu and Flatten over values of random but equal sizes a column.
testing::ModelParts random_graph(std::mt19937& random, uint32_t ops) {
  testing::ModelParts parts;
  const int32_t size = static_cast<int32_t>(1 + random() % 50);
  parts.inputs = {{"a", {-1, size, 2}}, {"b", {-1, size, 2}}};
  std::vector<bool> flat = {false, false};
  for (uint32_t i = 0; i < ops; ++i) {
    const uint32_t values = 2 + i, first = random() % values, second = random() % values;
    const bool add = flat[first] == flat[second] && random() % 2 == 0;
    const bool flatten = !add && !flat[first] && random() % 3 == 0;
    testing::OpParts& op = parts.add(add ? OpAttributes_Add : flatten ? OpAttributes_Flatten : OpAttributes_Relu);
    op.inputs = add ? std::vector<uint32_t>{first, second} : std::vector<uint32_t>{first};
    op.last_axis = 2;
    flat.push_back(flat[first] || flatten);
  }
  const uint32_t outputs = 1 + random() % 3;
  for (uint32_t i = 0; i < outputs; ++i)
    parts.outputs.push_back({"y" + std::to_string(i), static_cast<uint32_t>(random() % (2 + ops))});
  return parts;
}

// What the graph computes, value by value.
std::vector<testing::Tensor> evaluate(const testing::ModelParts& parts, const std::vector<testing::Tensor>& inputs) {
  std::vector<testing::Tensor> values = inputs;
  for (const testing::OpParts& op : parts.ops) {
    testing::Tensor value = values[(*op.inputs)[0]];
    for (size_t i = 0; i < value.size(); ++i) {
      if (op.type == OpAttributes_Add) value[i] += values[(*op.inputs)[1]][i];
      if (op.type == OpAttributes_Relu) value[i] = std::max(value[i], 0.0f);
    }
    values.push_back(value);
  }
  std::vector<testing::Tensor> outputs;
  for (const testing::OutputParts& output : parts.outputs) outputs.push_back(values[output.value]);
  return outputs;
}

TEST(ArenaLayout, RandomGraphsNeverOverlapAndComputeTheirValues) {
  std::mt19937 random(31);
  for (int i = 0; i < 300; ++i) {
    const testing::ModelParts parts = random_graph(random, 1 + random() % 40);
    const testing::Opened opened = testing::open_bytes(parts.build());
    ASSERT_EQ(opened.code, DCM_OK) << opened.text;
    const uint32_t batch = 1 + random() % 5;
    lay_out(*opened.model, batch);
    const size_t elements = static_cast<size_t>(parts.inputs[0].shape[1]) * 2 * batch;
    const std::vector<testing::Tensor> inputs = {testing::random_values(random, elements),
                                                 testing::random_values(random, elements)};
    ASSERT_EQ(testing::run_model(opened.model.get(), inputs, batch), evaluate(parts, inputs)) << "graph " << i;
  }
}

testing::ModelParts chain(uint32_t length, int32_t size) {
  testing::ModelParts parts;
  parts.inputs = {{"x", {-1, size}}};
  for (uint32_t i = 0; i < length; ++i) parts.add(OpAttributes_Relu);
  parts.outputs = {{"y", parts.last_value()}};
  return parts;
}

TEST(ArenaLayout, AChainTakesTwoBuffers) {
  const testing::Opened opened = testing::open_bytes(chain(20, 1000).build());
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  EXPECT_EQ(lay_out(*opened.model, 1).arena, 2 * Checked(4000).aligned(64).value());
  EXPECT_EQ(lay_out(*opened.model, 16).arena, 2 * Checked(64000).aligned(64).value());
}

TEST(ArenaLayout, FlattenTakesNone) {
  testing::ModelParts parts;
  parts.inputs = {{"x", {-1, 4, 4}}};
  parts.add(OpAttributes_Flatten).last_axis = 2;
  parts.outputs = {{"y", 1}};
  const testing::Opened opened = testing::open_bytes(parts.build());
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  EXPECT_EQ(lay_out(*opened.model, 3).arena, 0u);
}

TEST(ArenaLayout, RefusesWhatTheLimitDoesNotHold) {
  const testing::Opened opened = testing::open_bytes(chain(20, 1000).build());
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  EXPECT_EQ(lay_out(*opened.model, 1, 8064).status.code(), DCM_OK);
  EXPECT_EQ(lay_out(*opened.model, 1, 8063).status.code(), DCM_MACHINE_LIMIT);
  EXPECT_EQ(lay_out(*opened.model, UINT32_MAX, 1u << 30).status.code(), DCM_MACHINE_LIMIT);
}

TEST(ArenaLayout, ManyFragmentsStaySound) {
  // More free ranges than the list holds: values of falling sizes, every second one dying early.
  testing::ModelParts parts;
  parts.inputs = {{"x", {-1, 64}}};
  constexpr uint32_t kValues = 700;
  for (uint32_t i = 0; i < kValues; ++i) parts.add(OpAttributes_Relu).inputs = {{0}};
  for (uint32_t i = 0; i < kValues; i += 2) parts.add(OpAttributes_Relu).inputs = {{1 + i}};
  for (uint32_t i = 1; i < kValues; i += 2) parts.add(OpAttributes_Relu).inputs = {{1 + i}};
  parts.outputs = {{"y", parts.last_value()}};
  const testing::Opened opened = testing::open_bytes(parts.build());
  ASSERT_EQ(opened.code, DCM_OK) << opened.text;
  lay_out(*opened.model, 1);
}

}  // namespace
}  // namespace dcm
