package org.dcmobile;

import androidx.annotation.NonNull;
import androidx.annotation.Nullable;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The native library. Its functions trust their arguments: {@link NativeModel} sees to it that handles are alive, {@link
 * Model} that buffers are direct and ranges inside them.
 */
final class Native {
    /** What {@link #count}, {@link #text} and {@link #numbers} are asked about; the same numbers are in native_methods.cc. */
    static final int INPUT = 0;

    static final int OUTPUT = 1;
    static final int LABEL = 2;
    static final int METADATA_KEY = 3;
    static final int METADATA_VALUE = 4;
    static final int OPERATOR_NAME = 5;
    static final int OPERATOR_TYPE = 6;
    static final int OPERATOR_KERNEL = 7;
    static final int OPERATOR_REASON = 8;
    static final int LOAD = 9;
    static final int DEVICE = 10; // texts: id, name, why it is the CPU

    private static final String LIBRARY_PROPERTY = "org.dcmobile.library";

    private static boolean loaded;

    private Native() {}

    /**
     * Loads libdcmobile.so of the app, or the file that the system property org.dcmobile.library names.
     *
     * @throws DcmException MACHINE_UNSUPPORTED if that fails
     */
    static synchronized void load() {
        if (loaded) {
            return;
        }
        String file = System.getProperty(LIBRARY_PROPERTY);
        try {
            if (file == null) {
                System.loadLibrary("dcmobile");
            } else {
                System.load(new File(file).getAbsolutePath());
            }
        } catch (UnsatisfiedLinkError error) {
            throw new DcmException(
                    Code.MACHINE_UNSUPPORTED,
                    "cannot load the native library for " + System.getProperty("os.arch") + ": " + error.getMessage(),
                    error);
        }
        loaded = true;
    }

    static native String version();

    /**
     * path, device, cache: UTF-8, end with a zero byte. publicKey: 32 bytes. Returns the handle of a model, which
     * closeModel() frees.
     */
    static native long openPath(
            @NonNull byte[] path,
            int threads,
            long memoryLimit,
            @NonNull byte[] device,
            @Nullable byte[] cache,
            @Nullable byte[] publicKey);

    static native long openFd(
            int fd,
            long offset,
            long length,
            int threads,
            long memoryLimit,
            @NonNull byte[] device,
            @Nullable byte[] cache,
            @Nullable byte[] publicKey);

    static native long openMemory(
            @NonNull ByteBuffer data,
            int position,
            int size,
            int threads,
            long memoryLimit,
            @NonNull byte[] device,
            @Nullable byte[] cache,
            @Nullable byte[] publicKey);

    static native void closeModel(long model);

    /** How many there are of what. */
    static native int count(long model, int what);

    /** Whether the first output's values are. */
    static native boolean givesProbabilities(long model);

    /** A name or a text, as UTF-8; null if there is none. */
    @Nullable
    static native byte[] text(long model, int what, int index);

    /** Dimensions of an input or output; macs and weight bytes of an operator; the numbers of LoadInfo. */
    @NonNull
    static native long[] numbers(long model, int what, int index);

    /** Returns the handle of a context for batch 1, which destroyContext() frees before its model is closed. */
    static native long createContext(long model, int threads, long memoryLimit);

    static native void destroyContext(long context);

    /** Why the context has left its device to the CPU, as UTF-8; null if it has not. */
    @Nullable
    static native byte[] fallback(long context);

    /** How many devices there are, the CPU among them. */
    static native int deviceCount();

    static native void setBatch(long context, int batch);

    static native long arenaBytes(long context);

    /** Runs over floats starts[i] .. ends[i] of buffers[i]; the first of them, so many as inputs says, are read. */
    static native void run(
            long context, @NonNull FloatBuffer[] buffers, @NonNull int[] starts, @NonNull int[] ends, int inputs);

    /** As C has it. */
    @NonNull
    static byte[] terminated(@NonNull String text) {
        return (text + '\0').getBytes(StandardCharsets.UTF_8);
    }

    /** The text as Java has it. */
    @NonNull
    static String string(long model, int what, int index) {
        byte[] text = text(model, what, index);
        return text == null ? "" : new String(text, StandardCharsets.UTF_8);
    }
}
