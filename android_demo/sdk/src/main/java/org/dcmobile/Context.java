package org.dcmobile;

import androidx.annotation.NonNull;
import androidx.annotation.Nullable;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;

/** What one run needs: a context of the native library, and buffers for callers that have arrays. */
final class Context {
    private final long handle;
    private int batch = 1;
    private FloatBuffer[] buffers = new FloatBuffer[0];

    Context(long handle) {
        this.handle = handle;
    }

    int batch() {
        return batch;
    }

    void setBatch(int wanted) {
        if (wanted != batch) {
            Native.setBatch(handle, wanted);
            batch = wanted;
        }
    }

    long arenaBytes() {
        return Native.arenaBytes(handle);
    }

    /** Why the CPU runs what a device did, null if it does not. */
    @Nullable
    String fallback() {
        byte[] why = Native.fallback(handle);
        return why == null ? null : new String(why, StandardCharsets.UTF_8);
    }

    void run(@NonNull FloatBuffer[] buffers, @NonNull int[] starts, @NonNull int[] ends, int inputs) {
        Native.run(handle, buffers, starts, ends, inputs);
    }

    /** Direct buffers of so many floats, kept for the next call. */
    @NonNull
    FloatBuffer[] buffers(@NonNull int[] sizes) {
        if (buffers.length != sizes.length) {
            buffers = new FloatBuffer[sizes.length];
        }
        for (int i = 0; i < sizes.length; ++i) {
            if (buffers[i] == null || buffers[i].capacity() != sizes[i]) {
                buffers[i] = allocate(sizes[i]);
            }
            ((Buffer) buffers[i]).clear();
        }
        return buffers;
    }

    void destroy() {
        Native.destroyContext(handle);
    }

    private static FloatBuffer allocate(int floats) {
        long bytes = 4L * floats;
        if (bytes > Integer.MAX_VALUE) {
            throw new DcmException(Code.MACHINE_LIMIT, floats + " floats do not fit a buffer; pass a smaller batch");
        }
        return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }
}
