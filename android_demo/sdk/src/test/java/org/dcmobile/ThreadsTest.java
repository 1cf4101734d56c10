package org.dcmobile;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.After;
import org.junit.Test;

/** Many threads on one model. */
public final class ThreadsTest {
    private static final int THREADS = 6;

    private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    private final GoldenFile golden;

    public ThreadsTest() throws IOException {
        golden = new GoldenFile("mobile");
    }

    @After
    public void stop() {
        pool.shutdownNow();
    }

    @Test
    public void runsAtTheSameTime() throws Exception {
        try (Model model = Model.open(golden.file, Options.builder().threads(2).build())) {
            everywhere(
                    () -> {
                        FloatBuffer[] buffers = golden.buffers();
                        for (int i = 0; i < 50; ++i) {
                            golden.verify(model.run(golden.inputs));
                            model.run(buffers);
                            assertEquals(golden.outputs[0][0], buffers[golden.inputs.length].get(0), 1e-4);
                            model.labels();
                            model.arenaBytes();
                        }
                        return 0;
                    });
        }
    }

    @Test
    public void closeWhileOthersRun() throws Exception {
        int refused = 0;
        for (int round = 0; round < 40; ++round) {
            Model model = Model.open(golden.file);
            List<Future<Integer>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; ++i) {
                running.add(pool.submit(() -> runUntilClosed(model)));
            }
            Thread.sleep(2);
            model.close();
            for (Future<Integer> each : running) {
                refused += each.get();
            }
            assertEquals(0, model.arenaBytes());
        }
        assertEquals(40 * THREADS, refused);
    }

    @Test
    public void closeFromEverywhere() throws Exception {
        for (int round = 0; round < 100; ++round) {
            Model model = Model.open(golden.file);
            model.run(golden.inputs);
            everywhere(
                    () -> {
                        model.close();
                        return 0;
                    });
        }
    }

    @Test
    public void opensAtTheSameTime() throws Exception {
        everywhere(
                () -> {
                    for (int i = 0; i < 20; ++i) {
                        try (Model model = Model.open(golden.file)) {
                            golden.verify(model.run(golden.inputs));
                        }
                    }
                    return 0;
                });
    }

    /** A thread that is told to stop finishes its run, and the next ones too. */
    @Test
    public void interruptionChangesNothing() throws Exception {
        try (Model model = Model.open(golden.file, Options.builder().threads(2).build())) {
            pool.submit(
                            () -> {
                                Thread.currentThread().interrupt();
                                golden.verify(model.run(golden.inputs));
                                assertTrue(Thread.interrupted());
                            })
                    .get();
        }
    }

    private int runUntilClosed(Model model) {
        while (true) {
            try {
                golden.verify(model.run(golden.inputs));
            } catch (DcmException error) {
                assertEquals("the model is closed", error.getMessage());
                return 1;
            }
        }
    }

    private void everywhere(Callable<Integer> task) throws InterruptedException, ExecutionException {
        List<Future<Integer>> running = new ArrayList<>();
        for (int i = 0; i < THREADS; ++i) {
            running.add(pool.submit(task));
        }
        for (Future<Integer> each : running) {
            each.get();
        }
    }
}
