package org.dcmobile;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What a model says of itself, the ways to open it, and batches. */
public final class ModelTest {
    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    private final GoldenFile golden = golden("convolutional");

    @Test
    public void version() {
        assertTrue(Dcmobile.version(), Dcmobile.version().matches("\\d+\\.\\d+\\.\\d+"));
        assertEquals("cpu", Dcmobile.devices().get(0));
    }

    @Test
    public void inputsAndOutputs() {
        try (Model model = Model.open(golden.file)) {
            assertEquals("Model[picture [B, 2, 13, 12]] -> [" + model.outputs().get(0) + "]", model.toString());
            TensorInfo picture = model.inputs().get(0);
            assertEquals("picture", picture.name());
            assertArrayEquals(new long[] {-1, 2, 13, 12}, picture.dims());
            assertTrue(picture.isBatched());
            assertEquals(2 * 13 * 12, picture.elementCount());
            picture.dims()[0] = 7; // a copy
            assertEquals(-1, picture.dims()[0]);
            assertArrayEquals(new long[] {-1, 5}, model.outputs().get(0).dims());
            assertThrows(UnsupportedOperationException.class, () -> model.inputs().clear());
            assertThrows(UnsupportedOperationException.class, () -> model.outputs().clear());
        }
    }

    @Test
    public void fixedBatch() {
        try (Model model = Model.open(golden("dense").file)) {
            assertArrayEquals(new long[] {3, 4, 10}, model.inputs().get(0).dims());
            assertFalse(model.inputs().get(0).isBatched());
            assertEquals(120, model.inputs().get(0).elementCount());
            assertEquals(Code.CALL_SHAPE, assertThrows(DcmException.class, () -> model.run(new float[240])).code());
        }
    }

    @Test
    public void labelsAndMetadata() {
        try (Model model = Model.open(golden.file)) {
            assertEquals(Arrays.asList("cat", "dog", "V\u00f6gel", "\u9b5a", ""), model.labels());
            assertEquals("none", model.metadata().get("task"));
            assertEquals("[layers]\n\"*\" = {bits = 4}\n", model.metadata().get("dcmobile.recipe"));
            assertEquals("", model.metadata().get("empty"));
            assertEquals(3, model.metadata().size());
            assertThrows(UnsupportedOperationException.class, () -> model.labels().add("x"));
            assertThrows(UnsupportedOperationException.class, () -> model.metadata().clear());
        }
        try (Model model = Model.open(golden("dense").file)) {
            assertEquals(Collections.emptyList(), model.labels());
            assertEquals(Collections.emptyMap(), model.metadata());
        }
    }

    @Test
    public void givesProbabilities() {
        try (Model softmax = Model.open(golden.file);
                Model sigmoid = Model.open(golden("sequence").file);
                Model none = Model.open(golden("dense_shared_chunks").file)) {
            assertTrue(softmax.givesProbabilities());
            List<OperatorInfo> operators = sigmoid.operators();
            assertEquals("Linear", operators.get(operators.size() - 1).type()); // which applies the Sigmoid
            assertTrue(sigmoid.givesProbabilities());
            assertFalse(none.givesProbabilities());
        }
    }

    /** Names of four bytes in UTF-8, which JNI's own strings cannot hold. */
    @Test
    public void textsOutsideTheBasicPlane() throws IOException {
        String bird = "\ud83d\udc26";
        try (Model model = Model.open(new File(System.getProperty("org.dcmobile.birds")))) {
            assertEquals(Arrays.asList(bird, "a" + bird + "b"), model.labels());
            assertEquals(Collections.singletonMap(bird, bird + bird), model.metadata());
            assertEquals(bird, model.inputs().get(0).name());
            String text = assertThrows(DcmException.class, () -> model.run(new float[1])).getMessage();
            assertTrue(text, text.startsWith("input '" + bird + "' has 1 floats"));
        }
        File named = folder.newFile(bird + ".dcmodel");
        Files.write(named.toPath(), golden.bytes());
        Model.open(named).close();
    }

    @Test
    public void loadInfoAndOperators() {
        try (Model model = Model.open(golden.file)) {
            LoadInfo info = model.loadInfo();
            assertEquals(golden.file.length(), info.fileBytes());
            assertTrue(info.weightBytes() > 0);
            assertTrue(info.verifyNs() > 0 && info.decodeNs() > 0 && info.planNs() > 0 && info.mapNs() > 0);
            assertEquals(info.mapNs() + info.verifyNs() + info.decodeNs() + info.planNs(), info.totalNs());

            List<OperatorInfo> operators = model.operators();
            assertEquals("Conv2d", operators.get(0).type());
            assertEquals("Softmax", operators.get(operators.size() - 1).type());
            for (OperatorInfo operator : operators) {
                assertFalse(operator.kernel().isEmpty());
                assertFalse(operator.reason().isEmpty());
                boolean weighs = operator.type().equals("Conv2d") || operator.type().equals("Linear");
                assertEquals(operator.toString(), weighs, operator.macs() > 0);
                assertEquals(operator.toString(), weighs, operator.weightBytes() > 0);
            }
        }
    }

    @Test
    public void fromMemory() throws IOException {
        byte[] bytes = golden.bytes();
        for (int lead = 0; lead < 6; ++lead) {
            ByteBuffer data = ByteBuffer.allocateDirect(lead + bytes.length + 3);
            data.position(lead);
            data.put(bytes);
            data.flip();
            data.position(lead);
            try (Model model = Model.open(data)) {
                assertEquals(lead, data.position());
                data.duplicate().put(new byte[bytes.length]); // the model has its own copies
                golden.verify(model.run(golden.inputs));
            }
        }
        try (FileChannel channel = FileChannel.open(golden.file.toPath())) {
            ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            try (Model model = Model.open(mapped, Options.builder().threads(2).build())) {
                golden.verify(model.run(golden.inputs));
            }
        }
    }

    @Test
    public void aFileThatIsDeletedAfterwards() throws IOException {
        File copy = folder.newFile();
        Files.write(copy.toPath(), golden.bytes());
        try (Model model = Model.open(copy)) {
            assertTrue(copy.delete());
            golden.verify(model.run(golden.inputs));
        }
    }

    @Test
    public void everyBatch() {
        int sample = 2 * 13 * 12;
        try (Model model = Model.open(golden.file)) {
            float[] both = model.run(golden.inputs[0]);
            for (int i = 0; i < 2; ++i) {
                float[] one = model.run(Arrays.copyOfRange(golden.inputs[0], i * sample, (i + 1) * sample));
                assertArrayEquals(Arrays.copyOfRange(both, i * 5, (i + 1) * 5), one, 0);
            }
            float[] many = new float[77 * sample];
            System.arraycopy(golden.inputs[0], 0, many, 76 * sample, sample);
            assertArrayEquals(Arrays.copyOf(both, 5), Arrays.copyOfRange(model.run(many), 76 * 5, 77 * 5), 0);
            assertArrayEquals(both, model.run(golden.inputs[0]), 0);
            assertTrue(model.arenaBytes() > 0);
        }
    }

    @Test
    public void partsOfBuffers() {
        int sample = 2 * 13 * 12;
        try (Model model = Model.open(golden.file)) {
            float[] expected = model.run(Arrays.copyOfRange(golden.inputs[0], sample, 2 * sample));
            FloatBuffer input = GoldenFile.direct(golden.inputs[0]);
            FloatBuffer output = GoldenFile.direct(new float[12]);
            input.position(sample);
            output.position(3).limit(8);
            model.run(input.asReadOnlyBuffer(), output);
            assertEquals(3, output.position());
            assertEquals(8, output.limit());
            assertArrayEquals(expected, GoldenFile.floats(output), 0);
            output.clear();
            assertEquals(0, output.get(2), 0);
            assertEquals(0, output.get(8), 0);
            FloatBuffer slice = ((FloatBuffer) output.position(7)).slice(); // whose address is its own
            slice.limit(5);
            model.run(input, slice);
            assertArrayEquals(expected, GoldenFile.floats(slice), 0);
        }
    }

    @Test
    public void inputAndOutputInOneBlock() {
        int sample = 2 * 13 * 12;
        try (Model model = Model.open(golden.file)) {
            FloatBuffer block = GoldenFile.direct(Arrays.copyOf(golden.inputs[0], sample + 5));
            FloatBuffer output = block.duplicate();
            block.limit(sample);
            output.position(sample);
            model.run(block, output);
            assertArrayEquals(Arrays.copyOf(model.run(golden.inputs[0]), 5), GoldenFile.floats(output), 0);
        }
    }

    private static GoldenFile golden(String name) {
        try {
            return new GoldenFile(name);
        } catch (IOException error) {
            throw new AssertionError(error);
        }
    }
}
