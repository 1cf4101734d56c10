package org.dcmobile.demo.measure;

/** A result as JSON, with the keys of dcmobile-bench where the two measure the same. */
public final class BenchmarkReport {
    private BenchmarkReport() {}

    /** The device that was measured. */
    public static final class Device {
        final String model;
        final String android;
        final String abi;
        final int cores;

        /**
         * @param model maker and model
         * @param android the version of Android
         * @param abi of this process, e.g. arm64-v8a
         */
        public Device(String model, String android, String abi, int cores) {
            this.model = model;
            this.android = android;
            this.abi = abi;
            this.cores = cores;
        }
    }

    /**
     * @param version of dcmobile
     */
    public static String json(BenchmarkResult result, Device device, String version) {
        JsonWriter json = new JsonWriter();
        json.beginObject();
        json.add("version", version);
        json.add("graph", result.settings.model);
        json.add("file_bytes", result.load.fileBytes);
        json.add("threads", result.settings.threads);
        json.add("batch", 1);
        json.add("device", result.settings.device);
        json.beginObject("load_ms");
        json.add("map", milliseconds(result.load.mapNs));
        json.add("verify", milliseconds(result.load.verifyNs));
        json.add("decode", milliseconds(result.load.decodeNs));
        json.add("plan", milliseconds(result.load.planNs));
        json.add("open", milliseconds(result.openNs));
        json.endObject();
        json.add("first_run_ms", milliseconds(result.firstRunNs));
        if (result.warmUp != null) {
            addLatency(json, "warmup_ms", result.warmUp);
        }
        addLatency(json, "latency_ms", result.latency);
        json.beginObject("memory_bytes");
        json.add("weights", result.load.weightBytes);
        addIfKnown(json, "arena", result.load.arenaBytes);
        addIfKnown(json, "rss_at_start", result.memoryAtStart.resident);
        addIfKnown(json, "rss_after_load", result.memoryAfterLoad.resident);
        addIfKnown(json, "peak_rss", result.memoryAtEnd.peakResident);
        json.endObject();
        addEnergy(json, result);
        json.beginObject("machine");
        json.add("model", device.model);
        json.add("android", device.android);
        json.add("abi", device.abi);
        json.add("cores", device.cores);
        json.endObject();
        json.endObject();
        return json.toString();
    }

    private static void addLatency(JsonWriter json, String key, Latency latency) {
        json.beginObject(key);
        json.add("runs", latency.runs);
        json.add("min", milliseconds(latency.min));
        json.add("median", milliseconds(latency.median));
        json.add("mean", latency.mean / 1e6);
        json.add("deviation", latency.deviation / 1e6);
        json.add("p90", milliseconds(latency.p90));
        json.add("p99", milliseconds(latency.p99));
        json.add("max", milliseconds(latency.max));
        json.endObject();
    }

    private static void addEnergy(JsonWriter json, BenchmarkResult result) {
        json.beginObject("energy");
        if (result.energy.isKnown()) {
            json.add("joules_per_run", result.energy.joules / result.latency.runs);
            json.add("source", result.energy.source.text);
        } else {
            json.add("unavailable", result.energy.source.text);
        }
        json.endObject();
    }

    private static void addIfKnown(JsonWriter json, String key, long bytes) {
        if (bytes >= 0) {
            json.add(key, bytes);
        }
    }

    private static double milliseconds(long ns) {
        return ns / 1e6;
    }
}
