#include "soak.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "emulator.h"
#include "latency_histogram.h"
#include "small_network.h"
#include "temporary_file.h"

namespace soak {
namespace {

TEST(LatencyHistogram, PercentilesAreAtMost4PercentAbove) {
  std::mt19937_64 random(1);
  std::vector<uint64_t> times;
  LatencyHistogram histogram;
  for (int i = 0; i < 20'000; ++i) {
    times.push_back(random() >> (20 + random() % 44));
    histogram.add(times.back());
  }
  std::sort(times.begin(), times.end());
  EXPECT_EQ(histogram.count(), times.size());
  EXPECT_EQ(histogram.max(), times.back());
  EXPECT_EQ(histogram.percentile(1.0), times.back());
  for (const double share : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999}) {
    const uint64_t exact = times[static_cast<size_t>(share * 20'000) - 1];
    EXPECT_GE(histogram.percentile(share), exact);
    EXPECT_LE(histogram.percentile(share), exact + exact / 25) << share;
  }
}

TEST(LatencyHistogram, AddsUp) {
  LatencyHistogram a, b;
  for (uint64_t ns : {1u, 2u, 3u}) a.add(ns);
  b.add(1000);
  a.add(b);
  EXPECT_EQ(a.count(), 4u);
  EXPECT_EQ(a.max(), 1000u);
  EXPECT_EQ(a.percentile(0.5), 2u);
  EXPECT_EQ(LatencyHistogram().percentile(0.5), 0u);
}

TEST(Growth, OfMemoryAndDescriptors) {
  const ProcessState first = {10'000'000, 5, 3};
  EXPECT_EQ(growth(first, {10'000'000 + kAllowedGrowth, 6, 9}), "");
  EXPECT_NE(growth(first, {10'000'001 + kAllowedGrowth, 5, 3}).find("memory grew"), std::string::npos);
  EXPECT_NE(growth(first, {10'000'000, 7, 3}).find("descriptors grew"), std::string::npos);
}

TEST(ProcessState, KnowsThisProcess) {
  const ProcessState before = process_state();
  EXPECT_GT(before.resident_bytes, 100'000u);
  EXPECT_GE(before.threads, 1u);
  const dcm::testing::TemporaryFile file({1, 2, 3});
  EXPECT_EQ(process_state().descriptors, before.descriptors + 1);
}

class Soak : public ::testing::Test {
 protected:
  const dcm::testing::TemporaryFile file_{dcm::testing::small_network().build()};
};

TEST_F(Soak, ANumberOfRuns) {
  Plan plan;
  plan.model = file_.path();
  plan.runs = 5000;
  plan.contexts = 2;
  const Outcome outcome = soak(plan);
  EXPECT_EQ(outcome.failure, "");
  EXPECT_EQ(outcome.runs, 5000u);
  EXPECT_GT(outcome.p50_ns, 0u);
  EXPECT_GE(outcome.p99_ns, outcome.p50_ns);
}

TEST_F(Soak, ATimeWithReloads) {
  Plan plan;
  plan.model = file_.path();
  plan.seconds = 0.5;
  plan.sample_seconds = 0.1;
  plan.threads = 2;
  plan.reload_seconds = 0.02;
  const Outcome outcome = soak(plan);
  EXPECT_EQ(outcome.failure.find("failed"), std::string::npos);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__has_feature)  // under which freed memory stays for a while
  if (!dcm::testing::emulated()) EXPECT_EQ(outcome.failure, "");
#endif
  EXPECT_GT(outcome.reloads, 0u);
  EXPECT_GT(outcome.runs, 0u);
  EXPECT_FALSE(outcome.samples.empty());
}

TEST(SoakOfNothing, SaysWhy) {
  Plan plan;
  plan.model = "/does/not/exist";
  plan.runs = 1;
  EXPECT_NE(soak(plan).failure.find("/does/not/exist"), std::string::npos);
}

}  // namespace
}  // namespace soak
