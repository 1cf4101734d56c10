package org.dcmobile.demo;

import android.content.Context;
import java.util.concurrent.CancellationException;

/** Measures bundled models on the background thread, one measurement at a time, and tells a screen how far it is. */
abstract class MeasurementJob<S extends MeasurementJob.State> {
    /** What the screen shows. */
    static class State {
        final boolean working;
        final int done;
        final int total;

        /** Null if all is well. */
        final Problem problem;

        State(boolean working, int done, int total, Problem problem) {
            this.working = working;
            this.done = done;
            this.total = total;
            this.problem = problem;
        }
    }

    /** One measurement: what is measured, and the states on its way. */
    interface Measurement<S> {
        S working(int done, int total);

        /**
         * On the background thread.
         *
         * @throws CancellationException the steps said so
         * @throws Exception it failed
         */
        S measure(Steps steps) throws Exception;

        S cancelled();

        S failed(Problem problem);
    }

    final Context context;
    private final Work work;
    private final Observed<S> state;
    private Steps steps;

    /**
     * @param first the state until it is known what is bundled
     */
    MeasurementJob(Context context, Work work, S first) {
        this.context = context;
        this.work = work;
        state = new Observed<S>(first);
        work.start(new Runnable() {
            @Override
            public void run() {
                post(findModels());
            }
        });
    }

    /** The state once it is known what is bundled. On the background thread; needs nothing of this but the context. */
    abstract S findModels();

    final Observed<S> state() {
        return state;
    }

    /** Does nothing while another one goes on. */
    final void start(final Measurement<S> measurement) {
        if (state.get().working) {
            return;
        }
        steps = new Steps(work) {
            @Override
            void show(int done, int total) {
                if (state.get().working && steps == this) {
                    state.set(measurement.working(done, total));
                }
            }
        };
        final Steps mine = steps;
        state.set(measurement.working(0, 1));
        work.start(new Runnable() {
            @Override
            public void run() {
                S next;
                try {
                    next = measurement.measure(mine);
                } catch (CancellationException cancelled) {
                    next = measurement.cancelled();
                } catch (Exception | OutOfMemoryError error) {
                    next = measurement.failed(ProblemException.problemOf(error));
                }
                post(next);
            }
        });
    }

    final void cancel() {
        if (steps != null) {
            steps.cancel();
        }
    }

    private void post(final S next) {
        work.post(new Runnable() {
            @Override
            public void run() {
                state.set(next);
            }
        });
    }
}
