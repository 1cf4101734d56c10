package org.dcmobile.demo;

import android.content.Context;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.dcmobile.Dcmobile;
import org.dcmobile.demo.measure.Benchmark;
import org.dcmobile.demo.measure.BenchmarkReport;
import org.dcmobile.demo.measure.BenchmarkResult;
import org.dcmobile.demo.measure.BenchmarkSettings;
import org.dcmobile.demo.measure.Network;

/** The job of the third screen: any bundled model, many times. */
final class BenchmarkJob {
    /** What the screen shows. */
    static final class State {
        /** Null before they are listed. */
        final List<BundledModel> models;

        final boolean working;
        final int done;
        final int total;

        /** The last measurement was ended before it was done. */
        final boolean cancelled;

        /** Null before there is one. */
        final BenchmarkResult result;

        /** The result as JSON. */
        final String json;

        /** Null if all is well. */
        final Problem problem;

        private State(
                List<BundledModel> models,
                boolean working,
                int done,
                int total,
                boolean cancelled,
                BenchmarkResult result,
                String json,
                Problem problem) {
            this.models = models;
            this.working = working;
            this.done = done;
            this.total = total;
            this.cancelled = cancelled;
            this.result = result;
            this.json = json;
            this.problem = problem;
        }
    }

    private final Context context;
    private final Work work;
    private final Observed<State> state =
            new Observed<State>(new State(null, false, 0, 1, false, null, null, null));
    private Steps steps;

    BenchmarkJob(Context context, Work work) {
        this.context = context;
        this.work = work;
        work.start(new Runnable() {
            @Override
            public void run() {
                findModels();
            }
        });
    }

    Observed<State> state() {
        return state;
    }

    /** What {@link BenchmarkSettings#device} may be. */
    static List<String> devices() {
        return Dcmobile.devices();
    }

    void start(final BundledModel model, final BenchmarkSettings settings) {
        State now = state.get();
        if (now.working) {
            return;
        }
        final List<BundledModel> models = now.models;
        steps = new Steps(work) {
            @Override
            void show(int done, int total) {
                if (state.get().working && steps == this) {
                    state.set(new State(models, true, done, total, false, null, null, null));
                }
            }
        };
        final Steps mine = steps;
        state.set(new State(models, true, 0, 1, false, null, null, null));
        work.start(new Runnable() {
            @Override
            public void run() {
                State next;
                try {
                    Network.Source source = AssetNetwork.source(
                            context.getAssets(), model.path, settings.threads, settings.device);
                    BenchmarkResult result = Benchmark.run(source, settings, new AndroidMachine(context), mine);
                    String json = BenchmarkReport.json(result, AndroidMachine.device(), Dcmobile.version());
                    next = new State(models, false, 0, 1, false, result, json, null);
                } catch (CancellationException cancelled) {
                    next = new State(models, false, 0, 1, true, null, null, null);
                } catch (Exception | OutOfMemoryError error) {
                    Problem problem = ProblemException.problemOf(error);
                    next = new State(models, false, 0, 1, false, null, null, problem);
                }
                post(next);
            }
        });
    }

    void cancel() {
        if (steps != null) {
            steps.cancel();
        }
    }

    private void findModels() {
        List<BundledModel> models = BundledModel.list(context.getAssets());
        Problem problem = models.isEmpty() ? new Problem(R.string.problem_no_models) : null;
        post(new State(Collections.unmodifiableList(models), false, 0, 1, false, null, null, problem));
    }

    private void post(final State next) {
        work.post(new Runnable() {
            @Override
            public void run() {
                state.set(next);
            }
        });
    }
}
