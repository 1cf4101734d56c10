#include "flags.h"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace bench {
namespace {

constexpr double kMostSeconds = 86400;

// How each kind of value is read; false for text that is none or out of range.
bool read_value(const char* text, uint32_t* value) {
  char* end;
  errno = 0;
  const unsigned long long number = std::strtoull(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || number > UINT32_MAX) return false;
  *value = static_cast<uint32_t>(number);
  return true;
}

bool read_value(const char* text, double* value) {
  char* end;
  const double number = std::strtod(text, &end);
  if (end == text || *end != '\0' || !std::isfinite(number) || number < 0 || number > kMostSeconds) return false;
  *value = number;
  return true;
}

bool read_value(const char* text, bool* value) {
  const bool yes = std::strcmp(text, "true") == 0 || std::strcmp(text, "1") == 0;
  const bool no = std::strcmp(text, "false") == 0 || std::strcmp(text, "0") == 0;
  if (yes || no) *value = yes;
  return yes || no;
}

bool read_value(const char* text, std::string* value) {
  *value = text;
  return !value->empty();
}

bool read_value(const char* text, std::vector<std::string>* value) {
  value->clear();
  for (const char* begin = text;;) {
    const char* end = std::strchr(begin, ',');
    value->emplace_back(begin, end == nullptr ? std::strlen(begin) : static_cast<size_t>(end - begin));
    if (value->back().empty()) return false;
    if (end == nullptr) return true;
    begin = end + 1;
  }
}

template <typename T, T Flags::* Field>
bool set(const char* text, Flags* flags) {
  return read_value(text, &(flags->*Field));
}

struct Entry {
  const char* name;
  bool (*set)(const char* text, Flags* flags);
  const char* value;  // what the value is, for help and errors; null for a switch
  const char* help;
};

constexpr char kCount[] = "a whole number";
constexpr char kSeconds[] = "seconds, 0 to 86400";
constexpr char kFiles[] = "FILE[,FILE...]";

const Entry kEntries[] = {
    {"graph", set<std::string, &Flags::graph>, "FILE", "the .dcmodel to time (needed)"},
    {"num_threads", set<uint32_t, &Flags::num_threads>, kCount, "threads that share loading and each run (1)"},
    {"batch", set<uint32_t, &Flags::batch>, kCount, "samples a run (1)"},
    {"warmup_runs", set<uint32_t, &Flags::warmup_runs>, kCount, "at least so many runs before the clock counts (1)"},
    {"warmup_min_secs", set<double, &Flags::warmup_min_secs>, kSeconds, "and at least so long (0.5)"},
    {"num_runs", set<uint32_t, &Flags::num_runs>, kCount, "at least so many timed runs (50)"},
    {"min_secs", set<double, &Flags::min_secs>, kSeconds, "and at least so long (1)"},
    {"max_secs", set<double, &Flags::max_secs>, kSeconds, "no run starts later, of warm-up and of timed runs (150)"},
    {"run_delay", set<double, &Flags::run_delay>, kSeconds, "sleep between runs (0)"},
    {"enable_op_profiling", set<bool, &Flags::enable_op_profiling>, nullptr, "time each operator too"},
    {"report_peak_memory_footprint", set<bool, &Flags::report_peak_memory_footprint>, nullptr,
     "print the resident memory of this process"},
    {"isa", set<std::string, &Flags::isa>, "NAME", "kernels for generic, avx2, avx512 or neon; sets DCM_ISA"},
    {"device", set<std::string, &Flags::device>, "NAME", "cpu, vulkan or vulkan:N (DCM_DEVICE, or the CPU)"},
    {"input_files", set<std::vector<std::string>, &Flags::input_files>, kFiles,
     "raw float32 values for each input, in place of random ones"},
    {"output_files", set<std::vector<std::string>, &Flags::output_files>, kFiles,
     "where the outputs of the last run go, raw float32"},
    {"json", set<std::string, &Flags::json>, "FILE",
     "write all figures as JSON; - is standard output, without the text"},
    {"help", set<bool, &Flags::help>, nullptr, "print this"},
    {"version", set<bool, &Flags::version>, nullptr, "print the runtime's version"},
};

const Entry* find_entry(const std::string& name) {
  for (const Entry& entry : kEntries)
    if (name == entry.name) return &entry;
  return nullptr;
}

bool check(const Flags& flags, std::string* error) {
  if (flags.help || flags.version) return true;
  if (flags.graph.empty())
    *error = "no --graph: say which .dcmodel to time";
  else if (flags.num_threads < 1 || flags.num_threads > 64)
    *error = "--num_threads must be 1 to 64";
  else if (flags.batch < 1)
    *error = "--batch must be at least 1";
  else if (flags.num_runs < 1)
    *error = "--num_runs must be at least 1";
  return error->empty();
}

}  // namespace

bool parse_flags(int argc, const char* const* argv, Flags* flags, std::string* error) {
  error->clear();
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.compare(0, 2, "--") != 0) {
      *error = "unexpected '" + argument + "'; flags start with --, see --help";
      return false;
    }
    const size_t equals = argument.find('=');
    const std::string name = argument.substr(2, equals == std::string::npos ? equals : equals - 2);
    const Entry* entry = find_entry(name);
    if (entry == nullptr) {
      *error = "there is no flag --" + name + "; see --help";
      return false;
    }
    const char* value = entry->value == nullptr ? "true" : nullptr;
    if (equals != std::string::npos)
      value = argv[i] + equals + 1;
    else if (value == nullptr && i + 1 < argc)
      value = argv[++i];
    if (value == nullptr || !entry->set(value, flags)) {
      *error = "--" + name + (value == nullptr ? " has no value" : std::string(" is '") + value + "'") + "; it takes " +
               (entry->value == nullptr ? "true or false" : entry->value);
      return false;
    }
  }
  return check(*flags, error);
}

std::string help_text() {
  std::string text = "dcmobile-bench --graph FILE.dcmodel [--flag=value ...]\nTimes a compressed network.\n\n";
  for (const Entry& entry : kEntries) {
    std::string name = std::string("  --") + entry.name;
    name.resize(name.size() < 34 ? 34 : name.size() + 1, ' ');
    text += name + entry.help + "\n";
  }
  return text;
}

}  // namespace bench
