package org.dcmobile.demo;

import android.os.Handler;
import android.os.Looper;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/** The one thread for everything that takes time, so that two measurements never disturb each other; and the way back. */
final class Work {
    private final Handler main = new Handler(Looper.getMainLooper());
    private final ExecutorService background = Executors.newSingleThreadExecutor(new ThreadFactory() {
        @Override
        public Thread newThread(Runnable runnable) {
            return new Thread(runnable, "dcmobile-demo");
        }
    });

    /** Runs it on the background thread, after what is there already. */
    void start(Runnable task) {
        background.execute(task);
    }

    /** Runs it on the main thread. */
    void post(Runnable task) {
        main.post(task);
    }
}
