package org.dcmobile;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;

/** What a caller can do wrong: it gives a DcmException, and the model works as before. */
public final class MisuseTest {
    private static final int SAMPLE = 2 * 13 * 12;

    private GoldenFile golden;
    private Model model;
    private FloatBuffer input;
    private FloatBuffer output;

    @Before
    public void open() throws IOException {
        golden = new GoldenFile("convolutional");
        model = Model.open(golden.file);
        input = GoldenFile.direct(Arrays.copyOf(golden.inputs[0], SAMPLE));
        output = GoldenFile.direct(new float[5]);
    }

    @After
    public void worksAsBefore() {
        golden.verify(model.run(golden.inputs));
        model.close();
    }

    @Test
    public void wrongNumberOfBuffers() {
        String text = "the model takes 1 input and 1 output buffers, not %d buffers in all";
        refused(Code.CALL_ARGUMENT, String.format(text, 0), () -> model.run(new FloatBuffer[0]));
        refused(Code.CALL_ARGUMENT, String.format(text, 1), () -> model.run(input));
        refused(Code.CALL_ARGUMENT, String.format(text, 3), () -> model.run(input, output, output));
        refused(Code.CALL_ARGUMENT, "the model takes 1 inputs, not 0", () -> model.run(new float[0][]));
        refused(Code.CALL_ARGUMENT, "the model takes 1 inputs, not 2", () -> model.run(new float[1], new float[1]));
    }

    @Test
    public void nulls() {
        refused(Code.CALL_ARGUMENT, "buffers is null", () -> model.run((FloatBuffer[]) null));
        refused(Code.CALL_ARGUMENT, "input 'picture' is null", () -> model.run(null, output));
        refused(Code.CALL_ARGUMENT, "output '" + outputName() + "' is null", () -> model.run(input, null));
        refused(Code.CALL_ARGUMENT, "arrays is null", () -> model.run((float[][]) null));
        refused(Code.CALL_ARGUMENT, "input 'picture' is null", () -> model.run((float[]) null));
        refused(Code.CALL_ARGUMENT, "file is null", () -> Model.open((File) null));
        refused(Code.CALL_ARGUMENT, "data is null", () -> Model.open((ByteBuffer) null));
        refused(Code.CALL_ARGUMENT, "options is null", () -> Model.open(golden.file, null));
        refused(Code.CALL_ARGUMENT, "options is null", () -> Model.open(ByteBuffer.allocateDirect(9), null));
    }

    @Test
    public void keysThatAreNone() {
        for (String key : new String[] {"", "3d", "0x" + key('0').substring(2), key('g'), key('0') + "0"}) {
            String text = "publicKey is '" + key + "'; it must be 64 hexadecimal digits";
            refused(Code.CALL_ARGUMENT, text, () -> Options.builder().publicKey(key));
        }
    }

    /** Nobody believes in a check that the library does not make. */
    @Test
    public void aKeyForALibraryWithoutTheCheck() {
        Options options = Options.builder().publicKey(key('0')).build();
        DcmException error = assertThrows(DcmException.class, () -> Model.open(golden.file, options));
        assertEquals(Code.MACHINE_UNSUPPORTED, error.code());
        assertTrue(error.getMessage(), error.getMessage().contains("checks no signatures"));
    }

    private static String key(char digit) {
        return new String(new char[64]).replace('\0', digit);
    }

    @Test
    public void wrongSizes() {
        String text = "input 'picture' has %d floats; it takes %d x 312";
        for (int size : new int[] {0, 1, SAMPLE - 1}) {
            refused(Code.CALL_SHAPE, String.format(text, size, 1), () -> model.run(new float[size]));
            refused(Code.CALL_SHAPE, String.format(text, size, 1), () -> model.run(direct(size), output));
        }
        refused(Code.CALL_SHAPE, String.format(text, SAMPLE + 1, 1), () -> model.run(new float[SAMPLE + 1]));
        refused(Code.CALL_SHAPE, String.format(text, 3 * SAMPLE - 1, 2), () -> model.run(direct(3 * SAMPLE - 1), output));
        text = "output '" + outputName() + "' has %d floats; it takes %d x 5";
        refused(Code.CALL_SHAPE, String.format(text, 4, 1), () -> model.run(input, direct(4)));
        refused(Code.CALL_SHAPE, String.format(text, 0, 1), () -> model.run(input, direct(0)));
        refused(Code.CALL_SHAPE, String.format(text, 5, 2), () -> model.run(direct(2 * SAMPLE), output));
        output.position(1);
        refused(Code.CALL_SHAPE, String.format(text, 4, 1), () -> model.run(input, output));
    }

    @Test
    public void inputsOfDifferentBatches() throws IOException {
        GoldenFile two = new GoldenFile("branches");
        try (Model branches = Model.open(two.file)) {
            float[] shorter = Arrays.copyOf(two.inputs[1], two.inputs[1].length / 3);
            refused(Code.CALL_SHAPE, "has 90 floats; it takes 3 x 90", () -> branches.run(two.inputs[0], shorter));
            refused(Code.CALL_ARGUMENT, "the model has 3 outputs; call", () -> branches.run(two.inputs[0]));
        }
    }

    @Test
    public void buffersOfTheWrongKind() {
        FloatBuffer heap = FloatBuffer.wrap(new float[SAMPLE]);
        refused(Code.CALL_ARGUMENT, "input 'picture' is not a direct buffer", () -> model.run(heap, output));
        FloatBuffer five = FloatBuffer.allocate(5);
        refused(Code.CALL_ARGUMENT, "is not a direct buffer", () -> model.run(input, five));
        ByteOrder other =
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        FloatBuffer swapped = ByteBuffer.allocateDirect(4 * SAMPLE).order(other).asFloatBuffer();
        refused(Code.CALL_ARGUMENT, "has not the native byte order", () -> model.run(swapped, output));
        refused(Code.CALL_ARGUMENT, "is a read-only buffer", () -> model.run(input, output.asReadOnlyBuffer()));

        ByteBuffer odd = ByteBuffer.allocateDirect(4 * SAMPLE + 1).order(ByteOrder.nativeOrder());
        odd.position(1);
        FloatBuffer unaligned = odd.slice().order(ByteOrder.nativeOrder()).asFloatBuffer();
        refused(Code.CALL_ARGUMENT, "does not start at a multiple of 4 bytes", () -> model.run(unaligned, output));
    }

    @Test
    public void buffersThatShareMemory() throws IOException {
        FloatBuffer block = direct(SAMPLE + 5);
        FloatBuffer end = block.duplicate();
        block.limit(SAMPLE);
        end.position(SAMPLE - 1).limit(SAMPLE + 4);
        refused(
                Code.CALL_ARGUMENT,
                "buffer 1, an output, shares memory with buffer 0",
                () -> model.run(block, end));

        GoldenFile two = new GoldenFile("branches");
        FloatBuffer[] buffers = two.buffers();
        try (Model branches = Model.open(two.file)) {
            buffers[1] = buffers[0]; // inputs may
            branches.run(buffers);
            buffers[4] = buffers[2];
            refused(Code.CALL_ARGUMENT, "buffer 4, an output, shares memory with buffer 2", () -> branches.run(buffers));
        }
    }

    @Test
    public void closed() {
        Model closed = Model.open(golden.file);
        golden.verify(closed.run(golden.inputs));
        closed.close();
        closed.close();
        for (ThrowingRunnable call :
                new ThrowingRunnable[] {
                    () -> closed.run(golden.inputs[0]),
                    () -> closed.run(golden.inputs),
                    () -> closed.run(input, output),
                    closed::labels,
                    closed::metadata,
                    closed::operators
                }) {
            refused(Code.CALL_ARGUMENT, "the model is closed", call);
        }
        assertEquals("picture", closed.inputs().get(0).name());
        assertEquals(1, closed.outputs().size());
        assertEquals(golden.file.length(), closed.loadInfo().fileBytes());
        assertEquals(0, closed.arenaBytes());
    }

    @Test
    public void valuesThatTheNetworkCannotTake() throws IOException {
        GoldenFile words = new GoldenFile("transformer");
        try (Model transformer = Model.open(words.file)) {
            float[][] inputs = words.inputs.clone();
            inputs[0] = inputs[0].clone();
            for (float index : new float[] {-1, 1e9f, Float.NaN, 0.5f}) {
                inputs[0][0] = index;
                refused(Code.CALL_VALUE, "", () -> transformer.run(inputs));
            }
            words.verify(transformer.run(words.inputs));
        }
    }

    @Test
    public void options() {
        refused(Code.CALL_ARGUMENT, "threads is 0; it must be", () -> Options.builder().threads(0));
        refused(Code.CALL_ARGUMENT, "threads is -1; it must be", () -> Options.builder().threads(-1));
        refused(Code.CALL_ARGUMENT, "threads is 65; it must be", () -> Options.builder().threads(65));
        refused(Code.CALL_ARGUMENT, "memoryLimit is 0; it must", () -> Options.builder().memoryLimit(0));
        refused(Code.CALL_ARGUMENT, "memoryLimit is -5; it must", () -> Options.builder().memoryLimit(-5));
        refused(Code.CALL_ARGUMENT, "device 'npu' is unknown; it is cpu, vulkan or vulkan:N", () -> Options.builder().device("npu"));
        refused(Code.CALL_ARGUMENT, "device 'null' is unknown", () -> Options.builder().device(null));
        Options options = Options.builder().threads(64).memoryLimit(1).device("cpu").build();
        assertEquals(64, options.threads());
        assertEquals("cpu", options.device());
        refused(Code.MACHINE_LIMIT, "memory_limit is 1", () -> Model.open(golden.file, options));
        Options.Builder builder = Options.builder().threads(2);
        Options two = builder.build();
        builder.threads(3);
        assertEquals(2, two.threads());
        assertEquals(1, Options.defaults().threads());
        assertEquals(4L << 30, Options.defaults().memoryLimit());
    }

    @Test
    public void moreMemoryThanARunMayTake() {
        long enough = model.loadInfo().weightBytes() + (1 << 18);
        try (Model limited = Model.open(golden.file, Options.builder().memoryLimit(enough).build())) {
            golden.verify(limited.run(golden.inputs));
            float[] many = new float[4000 * SAMPLE]; // runs in slices: its arena is no larger
            assertEquals(4000 * 5, limited.run(many).length);
        }
    }

    @Test
    public void filesThatCannotBeOpened() throws IOException {
        refused(Code.FILE_IO, "/no/such.dcmodel", () -> Model.open(new File("/no/such.dcmodel")));
        refused(Code.FILE_IO, "not a regular file", () -> Model.open(new File("/")));
        refused(Code.FILE_IO, "", () -> Model.open(new File("")));
        refused(Code.CALL_ARGUMENT, "'a\\0b' holds a zero character", () -> Model.open(new File("a\0b")));
        File text = new File(golden.file.getParentFile(), "README.md");
        refused(Code.FILE_FORMAT, text.getPath() + ": not a .dcmodel", () -> Model.open(text));
        refused(Code.FILE_FORMAT, "not a .dcmodel", () -> Model.open(ByteBuffer.allocateDirect(0)));
        refused(Code.FILE_FORMAT, "not a .dcmodel", () -> Model.open(ByteBuffer.allocateDirect(1000)));
        ByteBuffer heap = ByteBuffer.wrap(golden.bytes());
        refused(Code.CALL_ARGUMENT, "data is not a direct buffer", () -> Model.open(heap));
        byte[] bytes = golden.bytes();
        for (int size = 8; size < bytes.length; size += 101) {
            ByteBuffer cut = ByteBuffer.allocateDirect(size);
            cut.put(bytes, 0, size);
            cut.flip();
            refused(Code.FILE_STRUCTURE, "truncated or damaged", () -> Model.open(cut));
        }
    }

    @Test
    public void exceptionsSayWhatAndWhere() {
        DcmException error = assertThrows(DcmException.class, () -> model.run(new float[1]));
        assertEquals(402, error.number());
        String text = "CALL_SHAPE (402): input 'picture' has 1 floats; it takes 1 x 312";
        assertEquals("org.dcmobile.DcmException: " + text, error.toString());
        DcmException later = new DcmException(499, new byte[] {'x'});
        assertEquals(Code.UNKNOWN, later.code());
        assertEquals("org.dcmobile.DcmException: UNKNOWN (499): x", later.toString());
    }

    @Test
    public void callersKeepTheirArrays() {
        float[] values = golden.inputs[0].clone();
        float[] first = model.run(values);
        assertArrayEquals(golden.inputs[0], values, 0);
        float[] second = model.run(values);
        first[0] = -1;
        assertTrue(second[0] != -1);
    }

    private String outputName() {
        return model.outputs().get(0).name();
    }

    private static FloatBuffer direct(int size) {
        return GoldenFile.direct(new float[size]);
    }

    private static void refused(Code code, String words, ThrowingRunnable call) {
        DcmException error = assertThrows(DcmException.class, call);
        assertEquals(error.toString(), code, error.code());
        assertTrue(error.getMessage(), error.getMessage().contains(words));
    }
}
