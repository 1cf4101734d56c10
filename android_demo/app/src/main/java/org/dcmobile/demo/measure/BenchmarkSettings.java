package org.dcmobile.demo.measure;

/** What a benchmark runs, and how often. Immutable. */
public final class BenchmarkSettings {
    public static final int MAX_THREADS = 64;

    /** The asset's name. */
    public final String model;

    public final int threads;
    public final String device;
    public final int warmUpRuns;
    public final int runs;

    public BenchmarkSettings(String model, int threads, String device, int warmUpRuns, int runs) {
        if (threads < 1 || threads > MAX_THREADS || warmUpRuns < 0 || runs < 1) {
            throw new IllegalArgumentException(
                    threads + " threads, " + warmUpRuns + " runs of warm-up, " + runs + " runs");
        }
        this.model = model;
        this.threads = threads;
        this.device = device;
        this.warmUpRuns = warmUpRuns;
        this.runs = runs;
    }
}
