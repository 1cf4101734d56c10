// dcmobile-soak --model FILE [--runs N | --seconds S] [--threads N] [--contexts N] [--reload-seconds S]
//               [--sample-seconds S] [--json FILE]
//
// Exits with 1, and says why, if anything grew or failed.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "json_writer.h"
#include "soak.h"

namespace {

bool parse(int argc, char** argv, soak::Plan* plan, std::string* json) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i], value = argv[i + 1];
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    const bool is_number = end != value.c_str() && *end == '\0' && number >= 0;
    if (flag == "--model")
      plan->model = value;
    else if (flag == "--json")
      *json = value;
    else if (!is_number)
      return false;
    else if (flag == "--runs")
      plan->runs = static_cast<uint64_t>(number);
    else if (flag == "--seconds")
      plan->seconds = number;
    else if (flag == "--sample-seconds")
      plan->sample_seconds = number;
    else if (flag == "--threads")
      plan->threads = static_cast<uint32_t>(number);
    else if (flag == "--contexts")
      plan->contexts = static_cast<uint32_t>(number);
    else if (flag == "--reload-seconds")
      plan->reload_seconds = number;
    else
      return false;
  }
  return argc % 2 == 1 && !plan->model.empty() && plan->contexts > 0 && plan->sample_seconds > 0 &&
         (plan->runs > 0) != (plan->seconds > 0);
}

std::string report(const soak::Plan& plan, const soak::Outcome& outcome) {
  bench::JsonWriter out;
  out.begin_object();
  out.add("threads", plan.threads);
  out.add("contexts", plan.contexts);
  out.add("reload_seconds", plan.reload_seconds);
  out.add("failure", outcome.failure);
  out.add("runs", outcome.runs);
  out.add("reloads", outcome.reloads);
  out.add("seconds", outcome.seconds);
  out.add("p50_ns", outcome.p50_ns);
  out.add("p99_ns", outcome.p99_ns);
  out.add("p999_ns", outcome.p999_ns);
  out.add("max_ns", outcome.max_ns);
  out.begin_array("samples");
  for (const soak::Sample& sample : outcome.samples) {
    out.begin_object();
    out.add("seconds", sample.seconds);
    out.add("runs", sample.runs);
    out.add("p50_ns", sample.p50_ns);
    out.add("p90_ns", sample.p90_ns);
    out.add("p99_ns", sample.p99_ns);
    out.add("p999_ns", sample.p999_ns);
    out.add("max_ns", sample.max_ns);
    out.add("resident_bytes", sample.state.resident_bytes);
    out.add("descriptors", sample.state.descriptors);
    out.add("threads", sample.state.threads);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return out.text() + "\n";
}

}  // namespace

int main(int argc, char** argv) {
  soak::Plan plan;
  std::string json;
  if (!parse(argc, argv, &plan, &json)) {
    std::fprintf(stderr,
                 "usage: dcmobile-soak --model FILE (--runs N | --seconds S) [--threads N] [--contexts N] "
                 "[--reload-seconds S] [--sample-seconds S] [--json FILE]\n");
    return 2;
  }
  const soak::Outcome outcome = soak::soak(plan);
  if (!json.empty()) {
    std::ofstream file(json);
    file << report(plan, outcome);
    if (!file.flush()) {
      std::fprintf(stderr, "dcmobile-soak: cannot write %s\n", json.c_str());
      return 1;
    }
  }
  if (outcome.failure.empty()) return 0;
  std::fprintf(stderr, "dcmobile-soak: %s\n", outcome.failure.c_str());
  return 1;
}
