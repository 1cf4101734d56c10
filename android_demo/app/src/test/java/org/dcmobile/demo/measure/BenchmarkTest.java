package org.dcmobile.demo.measure;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.CancellationException;
import org.dcmobile.demo.Cases;
import org.junit.Test;

public class BenchmarkTest {
    private final FakeMachine machine = new FakeMachine();

    @Test
    public void countsOnlyTheRunsAfterTheWarmUp() {
        FakeMachine.FakeNetwork network = machine.new FakeNetwork(900, 100, 100, 10, 20, 30, 40);
        FakeMachine.Patience progress = new FakeMachine.Patience(1000);
        BenchmarkResult result = Benchmark.run(network, settings(2, 4), machine, progress);
        assertEquals(900, result.firstRunNs);
        assertEquals(5_000, result.openNs);
        assertEquals(2, result.warmUp.runs);
        assertEquals(100, result.warmUp.median);
        assertEquals(4, result.latency.runs);
        assertEquals(20, result.latency.median);
        assertEquals(40, result.latency.p90);
        assertEquals(700, result.load.arenaBytes);
        assertEquals(7, progress.done);
        assertEquals(7, progress.total);
        assertEquals(1, network.closed);
        assertTrue(result.memoryAtStart.resident < result.memoryAfterLoad.resident);
        assertTrue(result.memoryAfterLoad.resident < result.memoryAtEnd.resident);
    }

    @Test
    public void energyIsThatOfTheCountedRuns() {
        BenchmarkResult result =
                Benchmark.run(machine.new FakeNetwork(10), settings(3, 5), machine, new FakeMachine.Patience(99));
        assertEquals(Energy.Source.CHARGE_COUNTER, result.energy.source);
        assertEquals(5 * 3.6e-3 * 4.0, result.energy.joules, 1e-12);
    }

    @Test
    public void readsTheBatteryFourTimesASecondAtMost() {
        Benchmark.run(machine.new FakeNetwork(50_000_000), settings(0, 20), machine, new FakeMachine.Patience(99));
        assertEquals(1 + 4, machine.batteryReadings); // a second, the last run among them
    }

    @Test
    public void runsWithoutWarmUp() {
        BenchmarkResult result =
                Benchmark.run(machine.new FakeNetwork(10), settings(0, 1), machine, new FakeMachine.Patience(99));
        assertNull(result.warmUp);
        assertEquals(1, result.latency.runs);
    }

    @Test
    public void isCancelledAtEveryStepAndClosesTheNetwork() {
        for (int step = 1; step <= 6; ++step) {
            FakeMachine.FakeNetwork network = machine.new FakeNetwork(10);
            try {
                Benchmark.run(network, settings(2, 3), machine, new FakeMachine.Patience(step));
                fail("goes on after step " + step);
            } catch (CancellationException expected) {
                assertEquals(step, network.runs);
                assertEquals(1, network.closed);
            }
        }
    }

    @Test
    public void closesANetworkThatFails() {
        FakeMachine.FakeNetwork network = machine.new FakeNetwork(10);
        network.failingRun = 4;
        try {
            Benchmark.run(network, settings(2, 3), machine, new FakeMachine.Patience(99));
            fail("does not tell");
        } catch (IllegalStateException expected) {
            assertEquals(1, network.closed);
        }
    }

    /** The Python side reads it, and compares its keys with those of dcmobile-bench. */
    @Test
    public void reportIsWritten() throws IOException {
        File folder = Cases.folder("reports");
        BenchmarkReport.Device device = new BenchmarkReport.Device("Maker \"One\" \u00fc\n", "15", "arm64-v8a", 8);
        FakeMachine.FakeNetwork network = machine.new FakeNetwork(900_000, 1_500_000, 2_000_000);
        BenchmarkResult result = Benchmark.run(network, settings(1, 4), machine, new FakeMachine.Patience(99));
        write(new File(folder, "unplugged.json"), BenchmarkReport.json(result, device, "0.1.0"));
        machine.pluggedIn = true;
        result = Benchmark.run(network, settings(0, 4), machine, new FakeMachine.Patience(99));
        write(new File(folder, "plugged.json"), BenchmarkReport.json(result, device, "0.1.0"));
    }

    @Test
    public void settingsOutOfRangeAreRefused() {
        int[][] wrong = {{0, 0, 1}, {65, 0, 1}, {1, -1, 1}, {1, 0, 0}};
        for (int[] each : wrong) {
            try {
                new BenchmarkSettings("m", each[0], "cpu", each[1], each[2]);
            } catch (IllegalArgumentException expected) {
                continue;
            }
            fail("takes " + each[0] + ", " + each[1] + ", " + each[2]);
        }
    }

    private static BenchmarkSettings settings(int warmUp, int runs) {
        return new BenchmarkSettings("net.dcmodel", 2, "cpu", warmUp, runs);
    }

    private static void write(File file, String text) throws IOException {
        Files.write(file.toPath(), text.getBytes(StandardCharsets.UTF_8));
    }
}
