package org.dcmobile.demo.measure;

import java.util.concurrent.CancellationException;

/** Loads a network, runs it many times and sums up. */
public final class Benchmark {
    /** Between two readings of the battery, which take a call to another process each. */
    private static final long BATTERY_INTERVAL_NS = 250_000_000L;

    private Benchmark() {}

    /**
     * @throws CancellationException the progress said so
     * @throws RuntimeException what the source or the network throws
     */
    public static BenchmarkResult run(
            Network.Source source, BenchmarkSettings settings, Machine machine, Progress progress) {
        ProcessMemory[] memory = new ProcessMemory[3];
        memory[0] = machine.memory();
        int total = 1 + settings.warmUpRuns + settings.runs;
        long begin = machine.nanos();
        try (Network network = source.open()) {
            long openNs = machine.nanos() - begin;
            memory[1] = machine.memory();
            long firstRunNs = time(network, machine);
            goOn(progress, 1, total);

            long[] warmUp = new long[settings.warmUpRuns];
            for (int i = 0; i < warmUp.length; ++i) {
                warmUp[i] = time(network, machine);
                goOn(progress, 2 + i, total);
            }
            Energy.Meter meter = new Energy.Meter();
            long readNs = machine.nanos();
            meter.add(machine.battery(), readNs);
            long[] times = new long[settings.runs];
            for (int i = 0; i < times.length; ++i) {
                times[i] = time(network, machine);
                goOn(progress, 2 + warmUp.length + i, total);
                long now = machine.nanos();
                if (i == times.length - 1 || now - readNs >= BATTERY_INTERVAL_NS) {
                    meter.add(machine.battery(), now);
                    readNs = now;
                }
            }
            memory[2] = machine.memory();
            return new BenchmarkResult(
                    settings,
                    network.load(),
                    openNs,
                    firstRunNs,
                    warmUp.length == 0 ? null : new Latency(warmUp),
                    new Latency(times),
                    memory,
                    meter.result());
        }
    }

    private static long time(Network network, Machine machine) {
        long begin = machine.nanos();
        network.run();
        return machine.nanos() - begin;
    }

    private static void goOn(Progress progress, int done, int total) {
        if (!progress.step(done, total)) {
            throw new CancellationException();
        }
    }
}
