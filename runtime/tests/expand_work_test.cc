// What expanding a packed model takes of work and memory is in proportion to its size (docs/security.md), in steps and
// bytes. What loading takes as a whole: dcmobile_attacks.
#include <gtest/gtest.h>

#include <string>

#include "counted_steps.h"
#include "format/expand_model.h"
#include "naive_huffman.h"

namespace dcm {
namespace {

using testing::Bytes;

struct Repetition {
  const char* name;
  Bytes head;     // up to a count (docs/format.md, 9)
  Bytes element;  // as often as the count says
};

class ExpandWork : public ::testing::TestWithParam<Repetition> {};

Bytes form_of(const Repetition& repetition, uint32_t count) {
  Bytes form = repetition.head;
  uint32_t left = count;
  for (; left >= 0x80; left >>= 7) form.push_back(static_cast<uint8_t>(left | 0x80));
  form.push_back(static_cast<uint8_t>(left));
  for (uint32_t i = 0; i < count; ++i) form.insert(form.end(), repetition.element.begin(), repetition.element.end());
  return form;
}

struct Cost {
  double steps, bytes;  // for each byte of the form
};

Cost expand(const Repetition& repetition, uint32_t count) {
  const Bytes form = form_of(repetition, count);
  MemoryBudget budget(uint64_t{1} << 30);
  Array<uint8_t> model;
  const uint64_t before = testing::counted_steps();
  const Status status = expand_model(form.data(), form.size(), budget, &model);
  const double size = static_cast<double>(form.size());
  EXPECT_TRUE(status.ok()) << status.text();
  return {static_cast<double>(testing::counted_steps() - before) / size, static_cast<double>(model.size()) / size};
}

TEST_P(ExpandWork, IsTheSameForEachByteOfAnySize) {
  constexpr uint32_t kFew = 1 << 12, kMany = 1 << 17;
  const Cost few = expand(GetParam(), kFew), many = expand(GetParam(), kMany);
  EXPECT_LE(many.bytes, 40);
  EXPECT_LE(many.bytes, few.bytes * 1.01);
  EXPECT_LE(many.steps, 400);
  EXPECT_LE(many.steps, few.steps * 1.01);
}

const Repetition kRepetitions[] = {
    {"Numbers", {0x04, 1, 0x01}, {1}},
    {"LongNumbers", {0x04, 1, 0x01}, {0xFF, 0xFF, 0xFF, 0xFF, 0x0F}},
    {"Bytes", {0x04, 1, 0x02, 1, 0x02}, {1}},
    {"Shorts", {0x04, 1, 0x02, 1, 0x10}, {0, 0x3C}},
    {"Floats", {0x04, 1, 0x02, 1, 0x08}, {0, 0, 0x80, 0x3F}},
    {"Chunks", {0x04, 1, 0x02, 1, 0x20}, Bytes(16, 0)},
    {"Text", {0x40, 0x01}, {'a'}},
    {"EmptyTexts", {0x40, 0x02}, {0}},
    {"EmptyTables", {0x08}, {0}},
    {"Weights", {0x04}, {0x02, 3, 0}},
    {"Operators", {0x08}, {0x02, 4, 0}},
    {"LargeOperators", {0x08}, {0x07, 1, 'a', 2, 0, 0}},
};

INSTANTIATE_TEST_SUITE_P(All, ExpandWork, ::testing::ValuesIn(kRepetitions),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace dcm
