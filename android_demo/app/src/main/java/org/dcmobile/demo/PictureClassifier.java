package org.dcmobile.demo;

import android.content.Context;
import android.graphics.Bitmap;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.dcmobile.demo.classes.Score;
import org.dcmobile.demo.classes.TopClasses;
import org.dcmobile.demo.picture.ImagePreprocessing;

/** A bundled model with what its file says of pictures and classes. For the background thread. */
final class PictureClassifier implements AutoCloseable {
    private final AssetNetwork network;
    private final ImagePreprocessing preprocessing;
    private final List<String> labels;

    /**
     * @throws ProblemException there is no such model, or it is not for pictures
     * @throws org.dcmobile.DcmException it cannot be opened
     */
    PictureClassifier(Context context, String name) throws ProblemException {
        List<BundledModel> models = BundledModel.list(context.getAssets());
        BundledModel model = BundledModel.find(models, name);
        if (model == null) {
            throw new ProblemException(new Problem(R.string.problem_no_models));
        }
        network = new AssetNetwork(context.getAssets(), model.path, 1, "cpu");
        boolean created = false;
        try {
            Map<String, String> metadata = network.model().metadata();
            String words = metadata.get(ImagePreprocessing.KEY);
            if (words == null) {
                throw new ProblemException(new Problem(R.string.problem_no_preprocessing));
            }
            preprocessing = ImagePreprocessing.parse(words);
            labels = network.model().labels();
            created = true;
        } finally {
            if (!created) {
                network.close();
            }
        }
    }

    AssetNetwork network() {
        return network;
    }

    /**
     * The picture that is looked at.
     *
     * @throws ProblemException it cannot be read, or is no picture
     */
    Bitmap read(Context context) throws ProblemException {
        try {
            Bitmap bitmap = PictureFile.read(PictureFile.current(context), preprocessing.enoughPixels());
            if (bitmap == null) {
                throw new ProblemException(new Problem(R.string.problem_picture));
            }
            return bitmap;
        } catch (IOException error) {
            throw new ProblemException(new Problem(R.string.problem_picture_file, error.getMessage()));
        }
    }

    /** The network's input for a picture. */
    float[] prepare(Bitmap picture) {
        return preprocessing.apply(PictureFile.pixels(picture), picture.getWidth(), picture.getHeight());
    }

    /** The likeliest classes by what the network, or another with the same classes, gave. */
    List<Score> best(float[] output, int count) {
        return TopClasses.of(output, labels, network.model().givesProbabilities(), count);
    }

    @Override
    public void close() {
        network.close();
    }
}
