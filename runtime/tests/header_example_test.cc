// The program at the top of dcmobile.h, compiled as C and linked with the shared library, as a user would.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "small_network.h"
#include "temporary_file.h"

namespace dcm {
namespace {

struct Finished {
  int status = -1;
  std::string output;
};

// Runs the example; its stderr goes to the output too.
Finished run_example(const std::string& argument) {
  Finished finished;
  FILE* pipe = popen((std::string(DCMOBILE_HEADER_EXAMPLE) + " " + argument + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return finished;
  char buffer[256];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) finished.output += buffer;
  finished.status = WEXITSTATUS(pclose(pipe));
  return finished;
}

testing::ModelParts digits() {
  testing::ModelParts parts;
  parts.inputs = {{"picture", {-1, 1, 28, 28}}};
  parts.add(testing::fb::OpAttributes_Flatten).last_axis = 3;
  testing::OpParts linear;
  linear.type = testing::fb::OpAttributes_Linear;
  linear.weight = parts.sparse({10, 784}, std::vector<int>(7840, testing::kPruned), {});
  linear.bias = parts.dense({10}, {0, 1, 2, 3, 4, 5, 6, 9, 8, 7});
  parts.ops.push_back(linear);
  parts.outputs = {{"scores", 2}};
  return parts;
}

TEST(HeaderExample, ClassifiesADigit) {
  const testing::TemporaryFile file(digits().build());
  const Finished finished = run_example("'" + file.path() + "'");
  EXPECT_EQ(finished.output, "digit 7\n");
  EXPECT_EQ(finished.status, 0);
}

TEST(HeaderExample, SaysWhatIsWrong) {
  const Finished missing = run_example("/no/such/file");
  EXPECT_EQ(missing.status, 1);
  EXPECT_EQ(missing.output, "cannot open: cannot open /no/such/file: No such file or directory\n");
  EXPECT_EQ(run_example("").output, "cannot open: usage: example FILE.dcmodel\n");
  const testing::TemporaryFile other(testing::small_network().build());
  const Finished wrong = run_example("'" + other.path() + "'");
  EXPECT_EQ(wrong.status, 1);
  EXPECT_NE(wrong.output.find("expected 72"), std::string::npos) << wrong.output;
}

}  // namespace
}  // namespace dcm
