package org.dcmobile;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import org.junit.Test;

/** Memory of the process stays where it is. What the Java heap may take is set by who runs these tests. */
public final class LeakTest {
    private static final long MOST_GROWTH = 2 << 20;

    private final GoldenFile golden;

    public LeakTest() throws IOException {
        golden = new GoldenFile("transformer");
    }

    @Test
    public void openRunClose() {
        flat(
                2000,
                () -> {
                    try (Model model = Model.open(golden.file)) {
                        model.run(golden.inputs);
                        model.labels();
                        model.operators();
                    }
                });
    }

    @Test
    public void runsAndFailures() throws IOException {
        GoldenFile many = new GoldenFile("elementwise"); // of more inputs and outputs than a call keeps on its stack
        FloatBuffer[] buffers = many.buffers();
        FloatBuffer[] overlapping = buffers.clone();
        overlapping[9] = overlapping[8];
        ByteBuffer damaged = ByteBuffer.allocateDirect(1000);
        damaged.put(golden.bytes(), 0, 1000);
        damaged.flip();
        try (Model model = Model.open(many.file)) {
            flat(
                    5000,
                    () -> {
                        model.run(buffers);
                        assertThrows(DcmException.class, () -> model.run(overlapping));
                        assertThrows(DcmException.class, () -> Model.open(damaged));
                    });
        }
    }

    @Test
    public void modelsThatAreForgotten() throws InterruptedException {
        flat(
                60,
                () -> {
                    for (int i = 0; i < 30; ++i) {
                        Model.open(golden.file).run(golden.inputs);
                    }
                    System.gc(); // it does not know of native memory, and would wait for Java's to fill
                });
        for (int i = 0; ForgottenModels.count() > 0 && i < 100; ++i) {
            System.gc();
            Thread.sleep(10);
            ForgottenModels.free();
        }
        assertEquals(0, ForgottenModels.count());
    }

    /** Frees while runs go on whose models nobody holds. */
    @Test
    public void aRunKeepsItsModel() throws Exception {
        Thread collector =
                new Thread(
                        () -> {
                            while (!Thread.interrupted()) {
                                System.gc();
                                ForgottenModels.free();
                            }
                        });
        collector.start();
        try {
            for (int i = 0; i < 200; ++i) {
                golden.verify(Model.open(golden.file).run(golden.inputs));
            }
        } finally {
            collector.interrupt();
            collector.join();
        }
    }

    private static void flat(int times, Runnable task) {
        for (int i = 0; i < times / 2; ++i) {
            task.run();
        }
        System.gc();
        long before = residentBytes();
        for (int i = 0; i < times; ++i) {
            task.run();
        }
        System.gc();
        long growth = residentBytes() - before;
        assertTrue("memory grew by " + growth + " bytes", growth < MOST_GROWTH);
    }

    private static long residentBytes() {
        try {
            byte[] text = Files.readAllBytes(Paths.get("/proc/self/statm"));
            return Long.parseLong(new String(text, StandardCharsets.US_ASCII).split(" ")[1]) * 4096;
        } catch (IOException error) {
            throw new AssertionError(error);
        }
    }
}
