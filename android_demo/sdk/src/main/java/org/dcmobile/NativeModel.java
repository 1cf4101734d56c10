package org.dcmobile;

import androidx.annotation.NonNull;
import androidx.annotation.Nullable;
import java.util.ArrayList;
import java.util.logging.Logger;

/**
 * A model of the native library and the contexts that run it. What is closed while others use it is freed when the last
 * of them is done.
 */
final class NativeModel {
    private static final Logger LOG = Logger.getLogger("org.dcmobile");

    private final Options options;
    private long handle; // 0 once it is freed
    private boolean closed;
    private int users; // calls that go on
    private final ArrayList<Context> idle = new ArrayList<Context>();
    private boolean onDevice; // runs may fall back to the CPU
    private String fallback; // why the first did; null if none has

    NativeModel(long handle, @NonNull Options options) {
        this.handle = handle;
        this.options = options;
    }

    /** The handle, alive until release(). */
    synchronized long acquire() {
        if (closed) {
            throw new DcmException(Code.CALL_ARGUMENT, "the model is closed");
        }
        ++users;
        return handle;
    }

    synchronized void release() {
        --users;
        freeIfUnused();
    }

    /** A context that no other call has, set to the batch; for giveBack(). */
    @NonNull
    Context take(int batch) {
        long model = acquire();
        Context context = null;
        boolean ready = false;
        try {
            context = takeIdle(batch);
            if (context == null) {
                context = new Context(Native.createContext(model, options.threads(), options.memoryLimit()));
            }
            context.setBatch(batch);
            ready = true;
        } finally {
            if (!ready) {
                if (context != null) {
                    context.destroy();
                }
                release();
            }
        }
        return context;
    }

    void watchDevice(@NonNull DeviceReport report) {
        onDevice = report.placedCount() > 0;
        if (!report.fallback().isEmpty()) {
            LOG.warning("a model runs on the CPU: " + report.fallback());
        }
    }

    @Nullable
    synchronized String fallback() {
        return fallback;
    }

    synchronized void giveBack(@NonNull Context context) {
        if (onDevice && fallback == null) {
            fallback = context.fallback();
            if (fallback != null) {
                LOG.warning("a model runs on the CPU from now on: " + fallback);
            }
        }
        idle.add(context);
        release();
    }

    /** Bytes of the arenas of the contexts that no call has now. */
    synchronized long idleArenaBytes() {
        long bytes = 0;
        for (Context context : idle) {
            bytes += context.arenaBytes();
        }
        return bytes;
    }

    synchronized void close() {
        closed = true;
        freeIfUnused();
    }

    /** The last used with that batch, else the last used. */
    private synchronized Context takeIdle(int batch) {
        for (int i = idle.size() - 1; i >= 0; --i) {
            if (idle.get(i).batch() == batch) {
                return idle.remove(i);
            }
        }
        return idle.isEmpty() ? null : idle.remove(idle.size() - 1);
    }

    private void freeIfUnused() {
        if (!closed || users > 0 || handle == 0) {
            return;
        }
        for (Context context : idle) {
            context.destroy();
        }
        idle.clear();
        Native.closeModel(handle);
        handle = 0;
    }
}
