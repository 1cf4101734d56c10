// dcmobile-bench: how fast a .dcmodel loads and runs here, and in how much memory.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "json_report.h"
#include "measure.h"
#include "text_report.h"

namespace {

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2 };

int fail(ExitCode code, const std::string& text) {
  std::fprintf(stderr, "dcmobile-bench: %s\n", text.c_str());
  return code;
}

bool write_text(const std::string& path, const std::string& text) {
  if (path == "-") return std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  const bool written = std::fputs(text.c_str(), file) >= 0;
  return std::fclose(file) == 0 && written;
}

}  // namespace

int main(int argc, char** argv) {
  bench::Flags flags;
  std::string error;
  if (!bench::parse_flags(argc, argv, &flags, &error)) return fail(kUsage, error);
  if (flags.help) return std::fputs(bench::help_text().c_str(), stdout) < 0;
  if (flags.version) return std::printf("dcmobile %s\n", dcm_version()) < 0;
  if (!flags.isa.empty()) setenv("DCM_ISA", flags.isa.c_str(), 1);

  bench::Measurement measurement;
  if (!measurement.measure(flags, &error)) return fail(kFailed, error);
  if (flags.json != "-") bench::print_report(flags, measurement.result, stdout);
  if (!flags.json.empty() && !write_text(flags.json, bench::json_report(flags, measurement.result)))
    return fail(kFailed, "cannot write " + flags.json + ": " + std::strerror(errno));
  return kDone;
}
