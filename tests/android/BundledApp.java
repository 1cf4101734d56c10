import android.content.res.AssetManager;
import java.io.File;
import java.util.Arrays;
import org.dcmobile.BundleManifest;
import org.dcmobile.DcmException;
import org.dcmobile.Model;
import org.dcmobile.Options;
import org.dcmobile.models.AppModels;

/** What an app does with a bundle, on the desktop: the AAR plays the APK, so that models are mapped where they lie in it. */
public final class BundledApp {
    /** Arguments: the AAR, then name, offset and length of each asset that is stored in it. */
    public static void main(String[] arguments) {
        AssetManager assets = new AssetManager(new File(arguments[0]));
        for (int i = 1; i < arguments.length; i += 3) {
            assets.addStored(arguments[i], Long.parseLong(arguments[i + 1]), Long.parseLong(arguments[i + 2]));
        }
        for (BundleManifest.Entry entry : BundleManifest.read(assets, AppModels.MANIFEST).models()) {
            System.out.println(entry.asset() + " " + entry.bytes() + " " + entry.sha256());
        }
        try {
            AppModels.verify(assets);
            System.out.println("verified");
        } catch (DcmException error) {
            System.out.println(error.code() + " " + error.getMessage());
        }
        System.out.println(AppModels.Digits.INPUT_PICTURE + " " + AppModels.Digits.INPUT_PICTURE_SHAPE);
        if (System.getProperty("org.dcmobile.library") == null) {
            return;
        }
        try (Model model = AppModels.openDigits(assets, Options.builder().threads(2).build())) {
            System.out.println(model.inputs() + " " + model.loadInfo().fileBytes());
            float[] picture = new float[2 * 13 * 12];
            Arrays.fill(picture, 0.5f);
            System.out.println(Arrays.toString(model.run(picture)));
        }
    }
}
