package org.dcmobile;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

/** Every golden file gives what torch gave, by every way to run it. */
@RunWith(Parameterized.class)
public final class GoldenFilesTest {
    private final GoldenFile golden;

    @Parameters(name = "{0}")
    public static List<String> names() {
        return GoldenFile.names();
    }

    public GoldenFilesTest(String name) throws IOException {
        golden = new GoldenFile(name);
    }

    @Test
    public void onBuffers() {
        for (int threads = 1; threads <= 2; ++threads) {
            try (Model model = Model.open(golden.file, Options.builder().threads(threads).build())) {
                FloatBuffer[] buffers = golden.buffers();
                model.run(buffers);
                float[][] results = new float[golden.outputs.length][];
                for (int i = 0; i < results.length; ++i) {
                    results[i] = GoldenFile.floats(buffers[golden.inputs.length + i]);
                }
                golden.verify(results);
                for (int i = 0; i < golden.inputs.length; ++i) {
                    assertArrayEquals(golden.inputs[i], GoldenFile.floats(buffers[i]), 0);
                }
            }
        }
    }

    @Test
    public void onArrays() {
        try (Model model = Model.open(golden.file)) {
            golden.verify(model.run(golden.inputs));
            golden.verify(model.run(golden.inputs)); // on the memory of the first run
        }
    }

    @Test
    public void sizesOfTheNetwork() {
        try (Model model = Model.open(golden.file)) {
            verifySizes(model.inputs(), golden.inputs);
            verifySizes(model.outputs(), golden.outputs);
        }
    }

    private static void verifySizes(List<TensorInfo> tensors, float[][] arrays) {
        assertEquals(arrays.length, tensors.size());
        for (int i = 0; i < arrays.length; ++i) {
            TensorInfo tensor = tensors.get(i);
            assertEquals(tensor.toString(), 0, arrays[i].length % tensor.elementCount());
            if (!tensor.isBatched()) {
                assertEquals(tensor.toString(), arrays[i].length, tensor.elementCount());
            }
        }
    }
}
