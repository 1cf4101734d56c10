package org.dcmobile.demo.measure;

import java.util.concurrent.CancellationException;

/** Two networks measured side by side: they take turns, so that what else the device does meets both. */
public final class Comparison {
    /** Runs of each that are not counted. */
    public static final int WARM_UP_RUNS = 5;

    /** What was found of one of the two. */
    public static final class Side {
        public final LoadFigures load;
        public final Latency latency;

        Side(LoadFigures load, Latency latency) {
            this.load = load;
            this.latency = latency;
        }

        /** Of mapping, verifying, decoding and planning. */
        public long loadNs() {
            return load.mapNs + load.verifyNs + load.decodeNs + load.planNs;
        }

        /** Bytes of weights and of values between operators. */
        public long memoryBytes() {
            return load.weightBytes + Math.max(load.arenaBytes, 0);
        }
    }

    public final Side one;
    public final Side other;

    private Comparison(Side one, Side other) {
        this.one = one;
        this.other = other;
    }

    /**
     * @param runs counted runs of each
     * @throws CancellationException the progress said so
     * @throws RuntimeException what a source or a network throws
     */
    public static Comparison run(
            Network.Source one, Network.Source other, int runs, Machine machine, Progress progress) {
        try (Network first = one.open();
                Network second = other.open()) {
            long[][] times = new long[2][runs];
            int total = WARM_UP_RUNS + runs;
            for (int i = 0; i < total; ++i) {
                long begin = machine.nanos();
                first.run();
                long middle = machine.nanos();
                second.run();
                long end = machine.nanos();
                if (i >= WARM_UP_RUNS) {
                    times[0][i - WARM_UP_RUNS] = middle - begin;
                    times[1][i - WARM_UP_RUNS] = end - middle;
                }
                if (!progress.step(i + 1, total)) {
                    throw new CancellationException();
                }
            }
            return new Comparison(
                    new Side(first.load(), new Latency(times[0])), new Side(second.load(), new Latency(times[1])));
        }
    }
}
