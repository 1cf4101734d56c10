package org.dcmobile;

import androidx.annotation.NonNull;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/** Frees models that were dropped without {@link Model#close()}, some time after the garbage collector found them. */
final class ForgottenModels {
    private static final ReferenceQueue<Model> QUEUE = new ReferenceQueue<Model>();
    private static final Set<Watch> WATCHES = Collections.synchronizedSet(new HashSet<Watch>());

    private ForgottenModels() {}

    /** Knows what to free once its model is gone; kept by WATCHES, without which it would be gone first. */
    static final class Watch extends PhantomReference<Model> {
        private final NativeModel nativeModel;

        Watch(@NonNull Model model, @NonNull NativeModel nativeModel) {
            super(model, QUEUE);
            this.nativeModel = nativeModel;
            WATCHES.add(this);
        }

        void close() {
            WATCHES.remove(this);
            clear();
            nativeModel.close();
        }
    }

    /** Models that are neither closed nor freed. */
    static int count() {
        return WATCHES.size();
    }

    /** Frees those that the garbage collector has found since the last call. */
    static void free() {
        for (Object found = QUEUE.poll(); found != null; found = QUEUE.poll()) {
            ((Watch) found).close();
        }
    }
}
