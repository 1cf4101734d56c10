package org.dcmobile.demo;

import android.os.SystemClock;
import org.dcmobile.demo.measure.Progress;

/** Progress of a measurement on its way to a screen, a few times a second; and the wish to cancel on its way back. */
abstract class Steps implements Progress, Runnable {
    private static final long INTERVAL_MS = 100;

    private final Work work;
    private long postedMs;
    private volatile boolean cancelled;
    private volatile int done;
    private volatile int total = 1;

    Steps(Work work) {
        this.work = work;
    }

    /** On the main thread. */
    abstract void show(int done, int total);

    void cancel() {
        cancelled = true;
    }

    @Override
    public boolean step(int done, int total) {
        this.done = done;
        this.total = total;
        long now = SystemClock.elapsedRealtime();
        if (now - postedMs >= INTERVAL_MS) {
            postedMs = now;
            work.post(this);
        }
        return !cancelled;
    }

    @Override
    public void run() {
        show(done, total);
    }
}
