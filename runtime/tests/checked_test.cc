#include "core/checked.h"

#include <gtest/gtest.h>

namespace dcm {
namespace {

constexpr uint64_t kMax = UINT64_MAX;

TEST(Checked, SumsAndProductsThatFit) {
  EXPECT_EQ((Checked(3) * 4 + 5).value(), 17u);
  EXPECT_TRUE((Checked(kMax - 1) + 1).ok());
  EXPECT_EQ((Checked(kMax) * 1).value(), kMax);
  EXPECT_TRUE((Checked(kMax) * 0).ok());
}

TEST(Checked, OverflowSticks) {
  EXPECT_FALSE((Checked(kMax) + 1).ok());
  EXPECT_FALSE((Checked(1ull << 32) * (1ull << 32)).ok());
  // A later step cannot make up for it.
  EXPECT_FALSE(((Checked(kMax) + 1) * 0).ok());
  EXPECT_FALSE((Checked(1) + (Checked(kMax) * 2)).ok());
  Checked sum = kMax;
  sum += 1;
  sum *= 0;
  EXPECT_FALSE(sum.within(kMax));
}

TEST(Checked, Within) {
  EXPECT_TRUE(Checked(7).within(7));
  EXPECT_FALSE(Checked(8).within(7));
}

TEST(Checked, Aligned) {
  EXPECT_EQ(Checked(0).aligned(64).value(), 0u);
  EXPECT_EQ(Checked(1).aligned(64).value(), 64u);
  EXPECT_EQ(Checked(64).aligned(64).value(), 64u);
  EXPECT_EQ(Checked(65).aligned(64).value(), 128u);
  EXPECT_FALSE(Checked(kMax - 3).aligned(64).ok());
}

TEST(Checked, CeilDiv) {
  EXPECT_EQ(ceil_div(0, 5), 0u);
  EXPECT_EQ(ceil_div(5, 5), 1u);
  EXPECT_EQ(ceil_div(6, 5), 2u);
  EXPECT_EQ(ceil_div(kMax, 2), (kMax >> 1) + 1);
}

}  // namespace
}  // namespace dcm
