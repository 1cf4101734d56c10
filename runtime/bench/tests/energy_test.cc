// RAPL counters, in a folder made to look like Linux's.
#include "energy.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace bench {
namespace {

class EnergyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/powercapXXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    root_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void write(const std::string& file, const std::string& text) const {
    const std::filesystem::path path = root_ + "/" + file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text << "\n";
  }
  void add_domain(const std::string& folder, const std::string& name, const std::string& energy) const {
    write(folder + "/name", name);
    write(folder + "/max_energy_range_uj", "1000000000");
    write(folder + "/energy_uj", energy);
  }

  std::string root_;
};

TEST_F(EnergyTest, AddsUpThePackages) {
  add_domain("intel-rapl:0", "package-0", "5000000");
  add_domain("intel-rapl:1", "package-1", "7000000");
  add_domain("intel-rapl:0:0", "core", "1000000");          // a part of package 0
  add_domain("intel-rapl:2", "psys", "90000000");           // more than the processors
  add_domain("intel-rapl-mmio:0", "package-0", "5000000");  // package 0 once more
  EnergyMeter meter(root_);
  meter.start();
  write("intel-rapl:0/energy_uj", "6500000");
  write("intel-rapl:1/energy_uj", "7250000");
  write("intel-rapl:0:0/energy_uj", "9000000");
  const Energy energy = meter.stop();
  EXPECT_EQ(energy.packages, 2u);
  EXPECT_NEAR(energy.joules, 1.75, 1e-9);
  EXPECT_EQ(energy.unavailable, "");
}

TEST_F(EnergyTest, CountersWrap) {
  add_domain("intel-rapl:0", "package-0", "999000000");
  EnergyMeter meter(root_);
  meter.start();
  write("intel-rapl:0/energy_uj", "2000000");
  EXPECT_NEAR(meter.stop().joules, 3.0, 1e-9);
}

TEST_F(EnergyTest, SaysWhyThereIsNone) {
  EnergyMeter nothing(root_ + "/missing");
  nothing.start();
  EXPECT_EQ(nothing.stop().packages, 0u);
  EXPECT_NE(nothing.stop().unavailable.find("/missing"), std::string::npos);
  EXPECT_EQ(EnergyMeter(root_).stop().unavailable, "no RAPL counter in " + root_);
  write("intel-rapl:0/name", "package-0");  // and no counter that can be read
  EXPECT_EQ(EnergyMeter(root_).stop().unavailable, "the RAPL counters in " + root_ + " are for root only");
}

}  // namespace
}  // namespace bench
