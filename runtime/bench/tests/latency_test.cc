// Repeating and summing up.
#include "latency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace bench {
namespace {

TEST(Summary, PercentilesAreMeasuredValues) {
  std::vector<uint64_t> times(100);
  std::iota(times.rbegin(), times.rend(), 1u);  // 100, 99, .. 1
  const Latency latency = summarise(times);
  EXPECT_EQ(latency.runs, 100u);
  EXPECT_EQ(latency.min, 1u);
  EXPECT_EQ(latency.median, 50u);
  EXPECT_EQ(latency.p90, 90u);
  EXPECT_EQ(latency.p99, 99u);
  EXPECT_EQ(latency.max, 100u);
  EXPECT_NEAR(latency.mean, 50.5, 1e-9);
  EXPECT_NEAR(latency.deviation, 28.866070, 1e-6);  // sqrt((100^2 - 1) / 12)
}

TEST(Summary, OfOneAndOfNone) {
  const Latency one = summarise({7});
  EXPECT_EQ(one.min, 7u);
  EXPECT_EQ(one.median, 7u);
  EXPECT_EQ(one.p99, 7u);
  EXPECT_EQ(one.deviation, 0.0);
  EXPECT_EQ(summarise({}).runs, 0u);
}

TEST(Repeat, UntilRunsAndSecondsAreBothReached) {
  std::vector<uint64_t> times;
  EXPECT_TRUE(repeat({5, 0, 10, 0}, [] { return true; }, &times));
  EXPECT_EQ(times.size(), 5u);
  const uint64_t begin = now_ns();
  EXPECT_TRUE(repeat({1, 0.02, 10, 0.001}, [] { return true; }, &times));
  EXPECT_GE(now_ns() - begin, 20000000u);
  EXPECT_GT(times.size(), 1u);
  EXPECT_LE(times.size(), 21u);                                        // a millisecond of sleep between them
  EXPECT_LT(*std::min_element(times.begin(), times.end()), 1000000u);  // which is no part of a run
}

TEST(Repeat, NoLongerThanMostSeconds) {
  std::vector<uint64_t> times;
  EXPECT_TRUE(repeat({1000000000, 0, 0.01, 0}, [] { return true; }, &times));
  EXPECT_LT(times.size(), 1000000000u);
  EXPECT_TRUE(repeat({1, 0, 0, 0}, [] { return true; }, &times));
  EXPECT_TRUE(times.empty());
}

TEST(Repeat, EndsAtTheFirstFailure) {
  std::vector<uint64_t> times;
  int calls = 0;
  EXPECT_FALSE(repeat({10, 0, 10, 0}, [&] { return ++calls < 3; }, &times));
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(times.size(), 2u);
}

}  // namespace
}  // namespace bench
