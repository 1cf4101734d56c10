#include "json_report.h"

#include "json_writer.h"

namespace bench {
namespace {

double milliseconds(uint64_t ns) {
  return static_cast<double>(ns) * 1e-6;
}

void write_load(const Result& result, JsonWriter* json) {
  json->begin_object("load_ms");
  json->add("map", milliseconds(result.load.map_ns));
  json->add("verify", milliseconds(result.load.verify_ns));
  json->add("decode", milliseconds(result.load.decode_ns));
  json->add("plan", milliseconds(result.load.plan_ns));
  json->add("open", milliseconds(result.open_ns));
  json->add("context", milliseconds(result.context_ns));
  json->end_object();
}

void write_device(const dcm_device_report& device, JsonWriter* json) {
  json->add("device", device.device);
  json->begin_object("placement");
  json->add("name", device.name);
  json->add("fallback", device.fallback);
  json->add("operators", uint64_t{device.ops});
  json->add("operators_placed", uint64_t{device.ops_placed});
  json->add("weight_bytes", device.weight_bytes);
  json->add("activation_bytes", device.activation_bytes);
  json->add("open_ms", milliseconds(device.open_ns));
  json->add("compile_ms", milliseconds(device.compile_ns));
  json->add("check_ms", milliseconds(device.check_ns));
  json->end_object();
}

void write_latency(const char* name, const Latency& latency, JsonWriter* json) {
  json->begin_object(name);
  json->add("runs", latency.runs);
  json->add("min", milliseconds(latency.min));
  json->add("median", milliseconds(latency.median));
  json->add("mean", latency.mean * 1e-6);
  json->add("deviation", latency.deviation * 1e-6);
  json->add("p90", milliseconds(latency.p90));
  json->add("p99", milliseconds(latency.p99));
  json->add("max", milliseconds(latency.max));
  json->end_object();
}

void write_memory(const Result& result, JsonWriter* json) {
  json->begin_object("memory_bytes");
  json->add("weights", result.load.weight_bytes);
  json->add("arena", result.memory.arena);
  json->add("rss_at_start", result.memory.rss_at_start);
  json->add("rss_after_load", result.memory.rss_after_load);
  json->add("peak_rss", result.memory.peak_rss);
  json->end_object();
}

void write_energy(const Result& result, JsonWriter* json) {
  json->begin_object("energy");
  if (result.energy.packages == 0) {
    json->add("unavailable", result.energy.unavailable);
  } else {
    json->add("joules_per_run", result.energy.joules / static_cast<double>(result.timed.runs));
    json->add("packages", result.energy.packages);
  }
  json->end_object();
}

void write_operators(const Flags& flags, const Result& result, JsonWriter* json) {
  json->begin_array("operators");
  for (const OperatorResult& op : result.operators) {
    const double runs = static_cast<double>(op.profile.runs);
    json->begin_object();
    json->add("name", op.info.name);
    json->add("type", op.info.type);
    json->add("kernel", op.info.kernel);
    json->add("reason", op.info.reason);
    json->add("shape", op.shape);
    json->add("mean_ms", static_cast<double>(op.profile.total_ns) * 1e-6 / runs);
    json->add("min_ms", milliseconds(op.profile.min_ns));
    json->add("macs", op.info.macs * flags.batch);
    json->add("weight_bytes", op.info.weight_bytes);
    json->end_object();
  }
  json->end_array();
}

}  // namespace

std::string json_report(const Flags& flags, const Result& result) {
  JsonWriter json;
  json.begin_object();
  json.add("version", dcm_version());
  json.add("graph", flags.graph);
  json.add("file_bytes", result.load.file_bytes);
  json.add("threads", flags.num_threads);
  json.add("batch", flags.batch);
  write_load(result, &json);
  write_device(result.device, &json);
  json.add("first_run_ms", milliseconds(result.first_run_ns));
  write_latency("warmup_ms", result.warmup, &json);
  write_latency("latency_ms", result.timed, &json);
  write_memory(result, &json);
  write_energy(result, &json);
  if (flags.enable_op_profiling) write_operators(flags, result, &json);
  json.end_object();
  return json.text();
}

}  // namespace bench
