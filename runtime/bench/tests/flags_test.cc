// The command line.
#include "flags.h"

#include <gtest/gtest.h>

namespace bench {
namespace {

struct Parsed {
  bool ok;
  Flags flags;
  std::string error;
};

Parsed parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "dcmobile-bench");
  Parsed parsed;
  parsed.ok = parse_flags(static_cast<int>(arguments.size()), arguments.data(), &parsed.flags, &parsed.error);
  EXPECT_EQ(parsed.ok, parsed.error.empty());
  return parsed;
}

TEST(Flags, DefaultsAreLiteRts) {
  const Parsed parsed = parse({"--graph=net.dcmodel"});
  ASSERT_TRUE(parsed.ok) << parsed.error;
  EXPECT_EQ(parsed.flags.graph, "net.dcmodel");
  EXPECT_EQ(parsed.flags.num_threads, 1u);
  EXPECT_EQ(parsed.flags.warmup_runs, 1u);
  EXPECT_EQ(parsed.flags.warmup_min_secs, 0.5);
  EXPECT_EQ(parsed.flags.num_runs, 50u);
  EXPECT_EQ(parsed.flags.min_secs, 1.0);
  EXPECT_EQ(parsed.flags.max_secs, 150.0);
  EXPECT_FALSE(parsed.flags.enable_op_profiling);
}

TEST(Flags, ValuesAfterEqualsOrAfterASpace) {
  const Parsed parsed =
      parse({"--graph", "a b.dcmodel", "--num_threads", "4", "--max_secs=2.5", "--batch=8", "--enable_op_profiling",
             "--report_peak_memory_footprint=true", "--isa=avx2", "--input_files=x.f32,y.f32", "--json", "-"});
  ASSERT_TRUE(parsed.ok) << parsed.error;
  EXPECT_EQ(parsed.flags.graph, "a b.dcmodel");
  EXPECT_EQ(parsed.flags.num_threads, 4u);
  EXPECT_EQ(parsed.flags.max_secs, 2.5);
  EXPECT_EQ(parsed.flags.batch, 8u);
  EXPECT_TRUE(parsed.flags.enable_op_profiling);
  EXPECT_TRUE(parsed.flags.report_peak_memory_footprint);
  EXPECT_EQ(parsed.flags.isa, "avx2");
  EXPECT_EQ(parsed.flags.input_files, (std::vector<std::string>{"x.f32", "y.f32"}));
  EXPECT_EQ(parsed.flags.json, "-");
}

TEST(Flags, SwitchesDoNotTakeTheNextArgument) {
  const Parsed parsed = parse({"--enable_op_profiling", "--graph", "x", "--report_peak_memory_footprint=0"});
  ASSERT_TRUE(parsed.ok) << parsed.error;
  EXPECT_TRUE(parsed.flags.enable_op_profiling);
  EXPECT_FALSE(parsed.flags.report_peak_memory_footprint);
}

TEST(Flags, Mistakes) {
  EXPECT_EQ(parse({}).error, "no --graph: say which .dcmodel to time");
  EXPECT_EQ(parse({"net.dcmodel"}).error, "unexpected 'net.dcmodel'; flags start with --, see --help");
  EXPECT_EQ(parse({"--grpah=x"}).error, "there is no flag --grpah; see --help");
  EXPECT_EQ(parse({"--graph"}).error, "--graph has no value; it takes FILE");
  EXPECT_EQ(parse({"--graph=x", "--enable_op_profiling=maybe"}).error,
            "--enable_op_profiling is 'maybe'; it takes true or false");
  for (const char* value : {"", "-1", "+1", " 1", "1x", "4294967296", "99999999999999999999", "1.5"})
    EXPECT_FALSE(parse({"--graph=x", (std::string("--num_runs=") + value).c_str()}).ok) << value;
  for (const char* value : {"", "-0.1", "nan", "inf", "1s", "86401"})
    EXPECT_FALSE(parse({"--graph=x", (std::string("--max_secs=") + value).c_str()}).ok) << value;
  for (const char* flag : {"--num_threads=0", "--num_threads=65", "--batch=0", "--num_runs=0", "--input_files=a,,b"})
    EXPECT_FALSE(parse({"--graph=x", flag}).ok) << flag;
}

TEST(Flags, HelpNamesEveryFlag) {
  EXPECT_TRUE(parse({"--help"}).flags.help);
  EXPECT_TRUE(parse({"--version"}).ok);
  for (const char* flag : {"--graph", "--num_threads", "--warmup_runs", "--num_runs", "--max_secs", "--json", "--isa"})
    EXPECT_NE(help_text().find(flag), std::string::npos) << flag;
}

}  // namespace
}  // namespace bench
