package org.dcmobile.demo.measure;

import java.util.Arrays;

/** What runs took, in nanoseconds, by the definitions of dcmobile-bench. */
public final class Latency {
    public final int runs;
    public final double mean;

    /** The population's standard deviation. */
    public final double deviation;

    public final long min;
    public final long median;
    public final long p90;
    public final long p99;
    public final long max;

    private final long[] times;

    /**
     * @param times nanoseconds of each run, in order; at least one
     */
    public Latency(long[] times) {
        if (times.length == 0) {
            throw new IllegalArgumentException("no runs");
        }
        this.times = times.clone();
        long[] sorted = times.clone();
        Arrays.sort(sorted);
        double sum = 0;
        for (long time : sorted) {
            sum += time;
        }
        runs = sorted.length;
        mean = sum / runs;
        double squares = 0;
        for (long time : sorted) {
            squares += (time - mean) * (time - mean);
        }
        deviation = Math.sqrt(squares / runs);
        min = sorted[0];
        median = percentile(sorted, 50);
        p90 = percentile(sorted, 90);
        p99 = percentile(sorted, 99);
        max = sorted[runs - 1];
    }

    /** Nanoseconds of each run, in order. */
    public long[] times() {
        return times.clone();
    }

    /** The value at rank ceil(percent / 100 * runs): one that was measured. */
    private static long percentile(long[] sorted, int percent) {
        long rank = ((long) percent * sorted.length + 99) / 100;
        return sorted[(int) rank - 1];
    }
}
