package org.dcmobile.demo;

import android.content.Context;
import android.graphics.Bitmap;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.dcmobile.demo.classes.Score;
import org.dcmobile.demo.measure.Comparison;
import org.dcmobile.demo.measure.Network;

/** The job of the second screen: the compressed network and the uncompressed one, measured side by side. */
final class ComparisonJob {
    static final int RUNS = 40;

    /** What the screen shows. */
    static final class State {
        final boolean working;
        final int done;
        final int total;

        /** Bytes of the compressed file and of the other; 0 before they are known. */
        final long oneBytes;

        final long otherBytes;

        /** Null before it is made. */
        final Comparison comparison;

        /** Each network's likeliest class; null where no picture was chosen. */
        final Score oneBest;

        final Score otherBest;

        /** Null if all is well. */
        final Problem problem;

        private State(
                boolean working,
                int done,
                int total,
                long[] bytes,
                Comparison comparison,
                Score[] best,
                Problem problem) {
            this.working = working;
            this.done = done;
            this.total = total;
            this.oneBytes = bytes[0];
            this.otherBytes = bytes[1];
            this.comparison = comparison;
            this.oneBest = best[0];
            this.otherBest = best[1];
            this.problem = problem;
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

    private final Context context;
    private final Work work;
    private final Observed<State> state =
            new Observed<State>(new State(false, 0, 1, new long[2], null, NO_BEST, null));
    private Steps steps;

    ComparisonJob(Context context, Work work) {
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

    /**
     * @param picture null for random values
     */
    void start(final Bitmap picture) {
        final State before = state.get();
        if (before.working) {
            return;
        }
        final long[] bytes = {before.oneBytes, before.otherBytes};
        final Score[] best = {before.oneBest, before.otherBest};
        steps = new Steps(work) {
            @Override
            void show(int done, int total) {
                if (state.get().working && steps == this) {
                    state.set(new State(true, done, total, bytes, before.comparison, best, null));
                }
            }
        };
        final Steps mine = steps;
        state.set(new State(true, 0, 1, bytes, before.comparison, best, null));
        work.start(new Runnable() {
            @Override
            public void run() {
                State next;
                try {
                    next = compare(picture, mine, bytes);
                } catch (CancellationException cancelled) {
                    next = new State(false, 0, 1, bytes, before.comparison, best, null);
                } catch (Exception | OutOfMemoryError error) {
                    next = new State(false, 0, 1, bytes, null, NO_BEST, ProblemException.problemOf(error));
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
            return new State(false, 0, 1, bytes, comparison, best, null);
        }
    }

    private void findModels() {
        List<BundledModel> models = BundledModel.list(context.getAssets());
        BundledModel compressed = BundledModel.find(models, BundledModel.COMPRESSED);
        BundledModel uncompressed = BundledModel.find(models, BundledModel.UNCOMPRESSED);
        boolean both = compressed != null && uncompressed != null;
        long[] bytes = both ? new long[] {compressed.bytes, uncompressed.bytes} : new long[2];
        post(new State(false, 0, 1, bytes, null, NO_BEST, both ? null : new Problem(R.string.problem_no_models)));
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
