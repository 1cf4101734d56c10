package org.dcmobile;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** A file of tests/golden with its inputs and the outputs that it must give; the folder is a system property. */
final class GoldenFile {
    private static final File FOLDER = new File(System.getProperty("org.dcmobile.golden", "../../tests/golden"));
    private static final int MAGIC = 8; // bytes of "\x93NUMPY" and the version 1.0

    final File file;
    final float[][] inputs;
    final float[][] outputs;

    GoldenFile(String name) throws IOException {
        file = new File(FOLDER, name + ".dcmodel");
        Map<String, float[]> arrays = readArrays(new File(FOLDER, name + ".npz"));
        inputs = numbered(arrays, "input");
        outputs = numbered(arrays, "output");
    }

    static List<String> names() {
        List<String> names = new ArrayList<>();
        for (String name : FOLDER.list()) {
            if (name.endsWith(".dcmodel")) {
                names.add(name.substring(0, name.length() - ".dcmodel".length()));
            }
        }
        return names;
    }

    byte[] bytes() throws IOException {
        try (InputStream stream = new FileInputStream(file)) {
            return readAll(stream);
        }
    }

    /** Direct buffers: the inputs filled, the outputs empty. */
    FloatBuffer[] buffers() {
        FloatBuffer[] buffers = new FloatBuffer[inputs.length + outputs.length];
        for (int i = 0; i < buffers.length; ++i) {
            float[] values = i < inputs.length ? inputs[i] : new float[outputs[i - inputs.length].length];
            buffers[i] = direct(values);
        }
        return buffers;
    }

    static FloatBuffer direct(float[] values) {
        FloatBuffer buffer =
                ByteBuffer.allocateDirect(4 * values.length).order(ByteOrder.nativeOrder()).asFloatBuffer();
        buffer.put(values);
        buffer.rewind();
        return buffer;
    }

    static float[] floats(FloatBuffer buffer) {
        float[] values = new float[buffer.remaining()];
        buffer.duplicate().get(values);
        return values;
    }

    /** The bound is that of tests/golden/test_golden_files.py. */
    void verify(float[][] results) {
        if (results.length != outputs.length) {
            throw new AssertionError(results.length + " outputs, expected " + outputs.length);
        }
        for (int i = 0; i < results.length; ++i) {
            verify(file.getName() + " output " + i, results[i], outputs[i]);
        }
    }

    private static void verify(String what, float[] found, float[] expected) {
        if (found.length != expected.length) {
            throw new AssertionError(what + " has " + found.length + " floats, expected " + expected.length);
        }
        float largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < found.length; ++i) {
            double bound = 1e-5 * largest + 1e-5 * Math.abs(expected[i]);
            if (!(Math.abs(found[i] - expected[i]) <= bound)) {
                throw new AssertionError(what + "[" + i + "] is " + found[i] + ", expected " + expected[i]);
            }
        }
    }

    private static float[][] numbered(Map<String, float[]> arrays, String kind) {
        List<float[]> found = new ArrayList<>();
        for (int i = 0; arrays.containsKey(kind + i); ++i) {
            found.add(arrays.get(kind + i));
        }
        return found.toArray(new float[0][]);
    }

    /** An .npz is a zip of .npy files: a magic, the length of a header, the header, the data. */
    private static Map<String, float[]> readArrays(File npz) throws IOException {
        Map<String, float[]> arrays = new HashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new FileInputStream(npz))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                ByteBuffer npy = ByteBuffer.wrap(readAll(zip)).order(ByteOrder.LITTLE_ENDIAN);
                int header = npy.getShort(MAGIC);
                String text = new String(npy.array(), MAGIC + 2, header, StandardCharsets.US_ASCII);
                if (!text.contains("'descr': '<f4'") || !text.contains("'fortran_order': False")) {
                    throw new IOException(npz + " holds what this does not read: " + text);
                }
                npy.position(MAGIC + 2 + header);
                float[] values = new float[npy.remaining() / 4];
                npy.asFloatBuffer().get(values);
                arrays.put(entry.getName().replace(".npy", ""), values);
            }
        }
        return arrays;
    }

    private static byte[] readAll(InputStream stream) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] part = new byte[1 << 16];
        for (int size = stream.read(part); size >= 0; size = stream.read(part)) {
            bytes.write(part, 0, size);
        }
        return bytes.toByteArray();
    }
}
