package org.dcmobile.demo;

import android.content.Context;
import android.graphics.Bitmap;
import java.util.List;
import org.dcmobile.demo.classes.Score;
import org.dcmobile.demo.measure.Comparison;
import org.dcmobile.demo.measure.Network;

/** The job of the second screen: the compressed network and the uncompressed one, measured side by side. */
final class ComparisonJob extends MeasurementJob<ComparisonJob.State> {
    static final int RUNS = 40;

    /** What the screen shows. */
    static final class State extends MeasurementJob.State {
        /** Bytes of the compressed file and of the other; 0 before they are known. */
        final long oneBytes;

        final long otherBytes;

        /** Null before it is made. */
        final Comparison comparison;

        /** Each network's likeliest class; null where no picture was chosen. */
        final Score oneBest;

        final Score otherBest;

        private State(
                boolean working,
                int done,
                int total,
                long[] bytes,
                Comparison comparison,
                Score[] best,
                Problem problem) {
            super(working, done, total, problem);
            this.oneBytes = bytes[0];
            this.otherBytes = bytes[1];
            this.comparison = comparison;
            this.oneBest = best[0];
            this.otherBest = best[1];
        }

        static State idle(long[] bytes, Comparison comparison, Score[] best, Problem problem) {
            return new State(false, 0, 1, bytes, comparison, best, problem);
        }
    }

    /** Opens one of the two, and keeps it for its last output, which outlives its closing. */
    private final class Side implements Network.Source {
        private final String path;
        private final float[] input;
        private AssetNetwork network;

        Side(String path, float[] input) {
            this.path = path;
            this.input = input;
        }

        @Override
        public Network open() {
            network = new AssetNetwork(context.getAssets(), path, 1, "cpu");
            if (input != null) {
                network.setInput(input);
            }
            return network;
        }
    }

    private static final Score[] NO_BEST = new Score[2];

    ComparisonJob(Context context, Work work) {
        super(context, work, State.idle(new long[2], null, NO_BEST, null));
    }

    /**
     * @param picture null for random values
     */
    void start(final Bitmap picture) {
        final State before = state().get();
        final long[] bytes = {before.oneBytes, before.otherBytes};
        final Score[] best = {before.oneBest, before.otherBest};
        start(new Measurement<State>() {
            @Override
            public State working(int done, int total) {
                return new State(true, done, total, bytes, before.comparison, best, null);
            }

            @Override
            public State measure(Steps steps) throws ProblemException {
                return compare(picture, steps, bytes);
            }

            @Override
            public State cancelled() {
                return State.idle(bytes, before.comparison, best, null);
            }

            @Override
            public State failed(Problem problem) {
                return State.idle(bytes, null, NO_BEST, problem);
            }
        });
    }

    private State compare(Bitmap picture, Steps steps, long[] bytes) throws ProblemException {
        List<BundledModel> models = BundledModel.list(context.getAssets());
        BundledModel compressed = BundledModel.find(models, BundledModel.COMPRESSED);
        BundledModel uncompressed = BundledModel.find(models, BundledModel.UNCOMPRESSED);
        if (compressed == null || uncompressed == null) {
            throw new ProblemException(new Problem(R.string.problem_no_models));
        }
        try (PictureClassifier classifier = new PictureClassifier(context, BundledModel.COMPRESSED)) {
            float[] input = picture == null ? null : classifier.prepare(picture);
            Side one = new Side(compressed.path, input);
            Side other = new Side(uncompressed.path, input);
            Comparison comparison = Comparison.run(one, other, RUNS, new AndroidMachine(context), steps);
            Score[] best = NO_BEST;
            if (picture != null) {
                best = new Score[] {
                    classifier.best(one.network.output(), 1).get(0), classifier.best(other.network.output(), 1).get(0)
                };
            }
            return State.idle(bytes, comparison, best, null);
        }
    }

    @Override
    State findModels() {
        List<BundledModel> models = BundledModel.list(context.getAssets());
        BundledModel compressed = BundledModel.find(models, BundledModel.COMPRESSED);
        BundledModel uncompressed = BundledModel.find(models, BundledModel.UNCOMPRESSED);
        boolean both = compressed != null && uncompressed != null;
        long[] bytes = both ? new long[] {compressed.bytes, uncompressed.bytes} : new long[2];
        return State.idle(bytes, null, NO_BEST, both ? null : new Problem(R.string.problem_no_models));
    }
}
