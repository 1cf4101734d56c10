package org.dcmobile.demo;

import android.content.Context;
import java.util.Collections;
import java.util.List;
import org.dcmobile.Dcmobile;
import org.dcmobile.demo.measure.Benchmark;
import org.dcmobile.demo.measure.BenchmarkReport;
import org.dcmobile.demo.measure.BenchmarkResult;
import org.dcmobile.demo.measure.BenchmarkSettings;
import org.dcmobile.demo.measure.Network;

/** The job of the third screen: any bundled model, many times. */
final class BenchmarkJob extends MeasurementJob<BenchmarkJob.State> {
    /** What the screen shows. */
    static final class State extends MeasurementJob.State {
        /** Null before they are listed. */
        final List<BundledModel> models;

        /** The last measurement was ended before it was done. */
        final boolean cancelled;

        /** Null before there is one. */
        final BenchmarkResult result;

        /** The result as JSON. */
        final String json;

        private State(
                List<BundledModel> models,
                boolean working,
                int done,
                int total,
                boolean cancelled,
                BenchmarkResult result,
                String json,
                Problem problem) {
            super(working, done, total, problem);
            this.models = models;
            this.cancelled = cancelled;
            this.result = result;
            this.json = json;
        }

        static State idle(List<BundledModel> models, Problem problem) {
            return new State(models, false, 0, 1, false, null, null, problem);
        }
    }

    BenchmarkJob(Context context, Work work) {
        super(context, work, State.idle(null, null));
    }

    /** What {@link BenchmarkSettings#device} may be. */
    static List<String> devices() {
        return Dcmobile.devices();
    }

    void start(final BundledModel model, final BenchmarkSettings settings) {
        final List<BundledModel> models = state().get().models;
        start(new Measurement<State>() {
            @Override
            public State working(int done, int total) {
                return new State(models, true, done, total, false, null, null, null);
            }

            @Override
            public State measure(Steps steps) {
                Network.Source source =
                        AssetNetwork.source(context.getAssets(), model.path, settings.threads, settings.device);
                BenchmarkResult result = Benchmark.run(source, settings, new AndroidMachine(context), steps);
                String json = BenchmarkReport.json(result, AndroidMachine.device(), Dcmobile.version());
                return new State(models, false, 0, 1, false, result, json, null);
            }

            @Override
            public State cancelled() {
                return new State(models, false, 0, 1, true, null, null, null);
            }

            @Override
            public State failed(Problem problem) {
                return State.idle(models, problem);
            }
        });
    }

    @Override
    State findModels() {
        List<BundledModel> models = BundledModel.list(context.getAssets());
        Problem problem = models.isEmpty() ? new Problem(R.string.problem_no_models) : null;
        return State.idle(Collections.unmodifiableList(models), problem);
    }
}
