// Parts of rows of sparse weights, which kernels read across the segments that rows are cut into.
#include "kernels/generic/weight_rows.h"

#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

namespace dcm {
namespace {

constexpr uint32_t kSegment = Weight::kSegmentColumns;

using Elements = std::vector<std::pair<uint32_t, float>>;

class SparseRowRanges : public ::testing::Test {
 protected:
  static constexpr uint32_t kRows = 3, kColumns = 2 * kSegment + 1000;

  // Row 1 has nothing in its second segment.
  void SetUp() override {
    std::mt19937 random(71);
    expected_.resize(kRows);
    std::vector<uint32_t> begins, columns;
    for (uint32_t row = 0; row < kRows; ++row)
      for (uint32_t first = 0; first < kColumns; first += kSegment) {
        begins.push_back(static_cast<uint32_t>(columns.size()));
        for (uint32_t c = 0; c < kSegment && first + c < kColumns; ++c) {
          const bool edge = c == 0 || c == kSegment - 1;
          if ((row == 1 && first == kSegment) || (!edge && random() % 50 != 0)) continue;
          expected_[row].push_back({first + c, columns.size() % 2 == 0 ? 0.5f : -2.0f});
          columns.push_back(c);
        }
      }
    begins.push_back(static_cast<uint32_t>(columns.size()));
    weight_.form = WeightForm::kSparse;
    weight_.rows = kRows;
    weight_.columns = kColumns;
    weight_.row_segments = 3;
    weight_.nonzeros = columns.size();
    ASSERT_TRUE(weight_.segment_begin.allocate(budget_, begins.size()).ok());
    ASSERT_TRUE(weight_.segment_column.allocate(budget_, columns.size()).ok());
    ASSERT_TRUE(weight_.codes.allocate(budget_, columns.size()).ok());
    ASSERT_TRUE(weight_.codebook.allocate(budget_, 2).ok());
    std::copy(begins.begin(), begins.end(), weight_.segment_begin.begin());
    for (size_t i = 0; i < columns.size(); ++i) {
      weight_.segment_column[i] = static_cast<uint16_t>(columns[i]);
      weight_.codes[i] = i % 2;
    }
    weight_.codebook[0] = 0.5f;
    weight_.codebook[1] = -2.0f;
  }

  Elements in_range(uint32_t row, uint32_t begin, uint32_t end) const {
    Elements elements;
    for (const auto& element : expected_[row])
      if (element.first >= begin && element.first < end) elements.push_back(element);
    return elements;
  }

  MemoryBudget budget_{1 << 24};
  Weight weight_;
  std::vector<Elements> expected_;
};

TEST_F(SparseRowRanges, HoldWhatLiesBetween) {
  const SparseRows rows(weight_);
  const uint32_t edges[] = {0,
                            1,
                            255,
                            256,
                            kSegment - 1,
                            kSegment,
                            kSegment + 1,
                            2 * kSegment - 1,
                            2 * kSegment,
                            2 * kSegment + 1,
                            kColumns - 1,
                            kColumns};
  for (uint32_t row = 0; row < kRows; ++row)
    for (const uint32_t begin : edges)
      for (const uint32_t end : edges) {
        if (begin > end) continue;
        Elements found;
        rows.visit_range(row, begin, end, [&](uint32_t column, float value) { found.push_back({column, value}); });
        ASSERT_EQ(found, in_range(row, begin, end)) << row << ": " << begin << " .. " << end;
      }
}

TEST_F(SparseRowRanges, TheWholeRowIsWhatVisitGives) {
  const SparseRows rows(weight_);
  for (uint32_t row = 0; row < kRows; ++row) {
    Elements found;
    rows.visit(row, [&](uint32_t column, float value) { found.push_back({column, value}); });
    EXPECT_EQ(found, expected_[row]);
  }
}

}  // namespace
}  // namespace dcm
