package org.dcmobile.demo;

import android.content.Context;
import android.graphics.Bitmap;
import android.net.Uri;
import android.os.SystemClock;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.dcmobile.demo.classes.Score;

/** The job of the first screen: a picture in, the likeliest classes by the compressed network out. */
final class Classification {
    static final int TOP = 5;
    private static final String SAMPLE = "sample.jpg";

    /** What the screen shows. */
    static final class State {
        final boolean working;

        /** Bytes of the model's file; 0 before it is known. */
        final long modelBytes;

        /** Null before there is one. */
        final Bitmap picture;

        /** Null before there are any. */
        final List<Score> scores;

        final long prepareNs;
        final long runNs;

        /** Null if all is well. */
        final Problem problem;

        private State(
                boolean working,
                long modelBytes,
                Bitmap picture,
                List<Score> scores,
                long prepareNs,
                long runNs,
                Problem problem) {
            this.working = working;
            this.modelBytes = modelBytes;
            this.picture = picture;
            this.scores = scores;
            this.prepareNs = prepareNs;
            this.runNs = runNs;
            this.problem = problem;
        }
    }

    /** Opens the picture's stream, on the background thread. */
    private interface Origin {
        /** Null if the file is in its place already. */
        InputStream open() throws IOException;
    }

    private final Context context;
    private final Work work;
    private final Observed<State> state = new Observed<State>(new State(false, 0, null, null, 0, 0, null));

    // Of the background thread:
    private PictureClassifier classifier;

    Classification(Context context, Work work) {
        this.context = context;
        this.work = work;
        work.start(new Runnable() {
            @Override
            public void run() {
                findModel();
            }
        });
    }

    Observed<State> state() {
        return state;
    }

    /** Looks at what the picker gave. */
    void choose(final Uri picture) {
        classify(new Origin() {
            @Override
            public InputStream open() throws IOException {
                InputStream stream = context.getContentResolver().openInputStream(picture);
                if (stream == null) {
                    throw new FileNotFoundException(picture.toString());
                }
                return stream;
            }
        });
    }

    /** Looks at what the camera app left. */
    void takeShot() {
        classify(new Origin() {
            @Override
            public InputStream open() throws IOException {
                if (!PictureFile.shot(context).renameTo(PictureFile.current(context))) {
                    throw new FileNotFoundException(PictureFile.shot(context).getPath());
                }
                return null;
            }
        });
    }

    void takeSample() {
        classify(new Origin() {
            @Override
            public InputStream open() throws IOException {
                return context.getAssets().open(SAMPLE);
            }
        });
    }

    /** Looks again at the picture of before, after the process was ended meanwhile. */
    void restore() {
        State now = state.get();
        if (now.picture == null && !now.working) {
            classify(new Origin() {
                @Override
                public InputStream open() throws IOException {
                    if (!PictureFile.current(context).exists()) {
                        throw new FileNotFoundException(PictureFile.current(context).getPath());
                    }
                    return null;
                }
            });
        }
    }

    private void classify(final Origin origin) {
        State now = state.get();
        state.set(new State(true, now.modelBytes, now.picture, now.scores, now.prepareNs, now.runNs, null));
        work.start(new Runnable() {
            @Override
            public void run() {
                try {
                    post(look(origin));
                } catch (Exception | OutOfMemoryError error) {
                    post(new State(false, modelBytes(), null, null, 0, 0, ProblemException.problemOf(error)));
                }
            }
        });
    }

    private State look(Origin origin) throws ProblemException {
        try {
            InputStream stream = origin.open();
            if (stream != null) {
                PictureFile.write(stream, PictureFile.current(context));
            }
        } catch (IOException | SecurityException error) {
            throw new ProblemException(new Problem(R.string.problem_picture_file, error.getMessage()));
        }
        if (classifier == null) {
            classifier = new PictureClassifier(context, BundledModel.COMPRESSED);
        }
        Bitmap picture = classifier.read(context);
        long begin = SystemClock.elapsedRealtimeNanos();
        classifier.network().setInput(classifier.prepare(picture));
        long middle = SystemClock.elapsedRealtimeNanos();
        classifier.network().run();
        long end = SystemClock.elapsedRealtimeNanos();
        List<Score> best = classifier.best(classifier.network().output(), TOP);
        return new State(false, modelBytes(), picture, best, middle - begin, end - middle, null);
    }

    private long modelBytes() {
        return classifier == null ? 0 : classifier.network().model().loadInfo().fileBytes();
    }

    private void findModel() {
        BundledModel model = BundledModel.find(BundledModel.list(context.getAssets()), BundledModel.COMPRESSED);
        final long bytes = model == null ? 0 : model.bytes;
        final Problem problem = model == null ? new Problem(R.string.problem_no_models) : null;
        work.post(new Runnable() {
            @Override
            public void run() {
                State now = state.get();
                state.set(new State(
                        now.working, bytes, now.picture, now.scores, now.prepareNs, now.runNs, problem));
            }
        });
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
