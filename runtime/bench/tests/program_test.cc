// dcmobile-bench as a user runs it.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "small_network.h"
#include "temporary_file.h"

namespace dcm {
namespace {

struct Outcome {
  int exit_code;
  std::string output;  // of both streams
};

Outcome run_program(const std::string& arguments) {
  FILE* pipe = popen((std::string(DCMOBILE_BENCH) + " " + arguments + " 2>&1").c_str(), "r");
  Outcome outcome = {-1, ""};
  if (pipe == nullptr) return outcome;
  char buffer[4096];
  for (size_t size; (size = fread(buffer, 1, sizeof buffer, pipe)) > 0;) outcome.output.append(buffer, size);
  const int status = pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

testing::Bytes bytes_of(const testing::Tensor& values) {
  const auto* begin = reinterpret_cast<const uint8_t*>(values.data());
  return testing::Bytes(begin, begin + values.size() * sizeof(float));
}

class BenchProgram : public ::testing::Test {
 protected:
  // With few runs.
  Outcome run(const std::string& arguments) const {
    return run_program("--graph=" + file_.path() + " --num_runs=3 --min_secs=0 --warmup_min_secs=0 " + arguments);
  }

  const testing::Bytes bytes_ = testing::small_network().build();
  const testing::TemporaryFile file_{bytes_};
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(BenchProgram, PrintsTheFigures) {
  const Outcome outcome = run("--enable_op_profiling --report_peak_memory_footprint --num_threads=2 --batch=5");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  for (const char* part :
       {"batch 5, threads 2", "map ", "verify ", "decode ", "plan ", "first run", "runs      3 of median", "p90", "p99",
        "resident:", "energy", "features.0", "conv2d_sparse_", "classifier", "4 x 6 x 6"})
    EXPECT_TRUE(holds(outcome.output, part)) << part << "\n" << outcome.output;
}

TEST_F(BenchProgram, WritesTheFiguresAsJson) {
  const Outcome outcome = run("--json - --enable_op_profiling");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_EQ(outcome.output.substr(0, 2), "{\n");  // and no text for people before it
  for (const char* part : {"\"runs\": 3,", "\"verify\": ", "\"peak_rss\": ", "\"kernel\": \"linear_sparse_"})
    EXPECT_TRUE(holds(outcome.output, part)) << part << "\n" << outcome.output;
  EXPECT_TRUE(holds(outcome.output, "\"file_bytes\": " + std::to_string(bytes_.size()))) << outcome.output;
  EXPECT_FALSE(holds(run("--json -").output, "\"operators\": ["));
}

TEST_F(BenchProgram, ReadsInputsAndWritesOutputs) {
  const testing::Tensor input = testing::small_input(4);
  const testing::TemporaryFile values(bytes_of(input)), result({});
  const Outcome outcome = run("--batch=4 --input_files=" + values.path() + " --output_files=" + result.path());
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  std::ifstream stream(result.path(), std::ios::binary);
  const testing::Bytes written((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  const testing::Opened opened = testing::open_bytes(bytes_);
  EXPECT_EQ(written, bytes_of(testing::run_model(opened.model.get(), {input}, 4)[0]));

  const Outcome short_file = run("--batch=5 --input_files=" + values.path());
  EXPECT_EQ(short_file.exit_code, 1);
  EXPECT_TRUE(holds(short_file.output, "fewer bytes than the input takes: 1440")) << short_file.output;
  EXPECT_TRUE(holds(run("--batch=3 --input_files=" + values.path()).output, "more bytes"));
  EXPECT_TRUE(holds(run("--input_files=a,b").output, "names 2 files; the model has 1"));
}

TEST_F(BenchProgram, ForcesAnInstructionSet) {
  EXPECT_TRUE(holds(run("--isa=generic --enable_op_profiling").output, "linear_sparse_generic"));
  const Outcome outcome = run("--isa=abacus");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(holds(outcome.output, "DCM_ISA is 'abacus'")) << outcome.output;
}

TEST_F(BenchProgram, SaysWhatIsWrong) {
  Outcome outcome = run_program("--graph=/no/such/file.dcmodel");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(holds(outcome.output, "dcmobile-bench: /no/such/file.dcmodel: ")) << outcome.output;
  outcome = run_program("--threads=2");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.output, "dcmobile-bench: there is no flag --threads; see --help\n");
  outcome = run("--max_secs=0");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(holds(outcome.output, "--max_secs is too short")) << outcome.output;
  EXPECT_EQ(run("--json=/no/such/folder/x.json").exit_code, 1);
  EXPECT_EQ(run_program("--help").exit_code, 0);
  EXPECT_EQ(run_program("--version").output, std::string("dcmobile ") + dcm_version() + "\n");
}

}  // namespace
}  // namespace dcm
