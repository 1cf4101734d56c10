package org.dcmobile.demo.measure;

/** What a benchmark found. */
public final class BenchmarkResult {
    public final BenchmarkSettings settings;
    public final LoadFigures load;

    /** From the call that opens the network to its return. */
    public final long openNs;

    public final long firstRunNs;

    /** Null without a warm-up. */
    public final Latency warmUp;

    public final Latency latency;
    public final ProcessMemory memoryAtStart;
    public final ProcessMemory memoryAfterLoad;
    public final ProcessMemory memoryAtEnd;

    /** Of the timed runs. */
    public final Energy energy;

    BenchmarkResult(
            BenchmarkSettings settings,
            LoadFigures load,
            long openNs,
            long firstRunNs,
            Latency warmUp,
            Latency latency,
            ProcessMemory[] memory,
            Energy energy) {
        this.settings = settings;
        this.load = load;
        this.openNs = openNs;
        this.firstRunNs = firstRunNs;
        this.warmUp = warmUp;
        this.latency = latency;
        this.memoryAtStart = memory[0];
        this.memoryAfterLoad = memory[1];
        this.memoryAtEnd = memory[2];
        this.energy = energy;
    }
}
