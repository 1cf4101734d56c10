#include "core/array.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

namespace dcm {
namespace {

TEST(MemoryBudget, CountsWhatIsTakenAndReturned) {
  MemoryBudget budget(1000);
  {
    Array<uint32_t> numbers;
    ASSERT_TRUE(numbers.allocate(budget, 100).ok());
    EXPECT_EQ(budget.used(), 400u);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(numbers.data()) % kMemoryAlignment, 0u);
    Array<uint32_t> more;
    const Status refused = more.allocate(budget, 151);
    EXPECT_EQ(refused.code(), DCM_MACHINE_LIMIT);
    EXPECT_NE(std::string(refused.text()).find("604"), std::string::npos) << refused.text();
    EXPECT_TRUE(more.allocate(budget, 150).ok());
    EXPECT_EQ(budget.used(), 1000u);
  }
  EXPECT_EQ(budget.used(), 0u);
}

TEST(MemoryBudget, RefusesSizesThatOverflow) {
  MemoryBudget budget(UINT64_MAX);
  Array<uint64_t> numbers;
  EXPECT_EQ(numbers.allocate(budget, UINT64_MAX / 4).code(), DCM_MACHINE_LIMIT);
  EXPECT_EQ(budget.check(Checked(UINT64_MAX) + 1).code(), DCM_MACHINE_LIMIT);
  EXPECT_EQ(budget.used(), 0u);
}

TEST(MemoryBudget, ReportsWhatTheSystemRefuses) {
  MemoryBudget budget(UINT64_MAX);
  Array<uint8_t> huge;
  EXPECT_EQ(huge.allocate(budget, uint64_t{1} << 62).code(), DCM_MACHINE_MEMORY);
  EXPECT_EQ(budget.used(), 0u);
}

TEST(Array, MovesOwnership) {
  MemoryBudget budget(1000);
  Array<uint8_t> a, b;
  ASSERT_TRUE(a.allocate(budget, 10).ok());
  ASSERT_TRUE(b.allocate(budget, 20).ok());
  a[3] = 42;
  const uint8_t* data = a.data();
  b = std::move(a);
  EXPECT_EQ(b.data(), data);
  EXPECT_EQ(b[3], 42);
  EXPECT_TRUE(a.empty());
  EXPECT_EQ(budget.used(), 10u);
}

TEST(Array, KeepsItsContentsWhenAllocationFails) {
  MemoryBudget budget(10);
  Array<uint8_t> a;
  ASSERT_TRUE(a.allocate(budget, 5).ok());
  a[4] = 9;
  EXPECT_FALSE(a.allocate(budget, 6).ok());
  ASSERT_EQ(a.size(), 5u);
  EXPECT_EQ(a[4], 9);
}

struct Counted {
  static int alive;
  Counted() { ++alive; }
  ~Counted() { --alive; }
};
int Counted::alive = 0;

TEST(Array, ConstructsAndDestroysElements) {
  MemoryBudget budget(1000);
  Array<Counted> a;
  ASSERT_TRUE(a.allocate(budget, 7).ok());
  EXPECT_EQ(Counted::alive, 7);
  ASSERT_TRUE(a.allocate(budget, 3).ok());
  EXPECT_EQ(Counted::alive, 3);
  ASSERT_TRUE(a.allocate(budget, 0).ok());
  EXPECT_EQ(Counted::alive, 0);
  EXPECT_EQ(budget.used(), 0u);
}

}  // namespace
}  // namespace dcm
