package org.dcmobile.demo;

import android.content.res.AssetFileDescriptor;
import android.content.res.AssetManager;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A .dcmodel in the app's assets. */
final class BundledModel {
    /** Names of the two that are compared: one network, compressed and as it was trained. */
    static final String COMPRESSED = "mobilenet_v2.dcmodel";
    static final String UNCOMPRESSED = "mobilenet_v2_uncompressed.dcmodel";

    private static final String ENDING = ".dcmodel";

    /** Path under assets/. */
    final String path;

    final long bytes;

    private BundledModel(String path, long bytes) {
        this.path = path;
        this.bytes = bytes;
    }

    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** All in assets/ and its folders, by their paths. Takes time. */
    static List<BundledModel> list(AssetManager assets) {
        List<BundledModel> found = new ArrayList<BundledModel>();
        try {
            for (String name : assets.list("")) {
                add(assets, name, found);
                if (name.indexOf('.') < 0) {
                    for (String inside : assets.list(name)) {
                        add(assets, name + "/" + inside, found);
                    }
                }
            }
        } catch (IOException none) {
            // What was found is what there is.
        }
        return Collections.unmodifiableList(found);
    }

    /** The one of that name; null if there is none. */
    static BundledModel find(List<BundledModel> models, String name) {
        for (BundledModel model : models) {
            if (model.name().equals(name)) {
                return model;
            }
        }
        return null;
    }

    private static void add(AssetManager assets, String path, List<BundledModel> found) throws IOException {
        if (!path.endsWith(ENDING)) {
            return;
        }
        AssetFileDescriptor asset = assets.openFd(path);
        try {
            found.add(new BundledModel(path, asset.getLength()));
        } finally {
            asset.close();
        }
    }
}
