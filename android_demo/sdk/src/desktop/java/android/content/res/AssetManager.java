package android.content.res;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.util.HashMap;
import java.util.Map;

/**
 * Stands in for Android's class, as far as dcmobile uses it: to compile without android.jar, and for tests on the desktop,
 * where a file plays the APK. Not shipped.
 */
public final class AssetManager {
    private final File apk;
    private final Map<String, long[]> stored = new HashMap<String, long[]>();
    private final Map<String, byte[]> compressed = new HashMap<String, byte[]>();

    /** An "APK" without assets. */
    public AssetManager(File apk) {
        this.apk = apk;
    }

    /** Says that the asset lies uncompressed in the APK, length bytes at offset. */
    public void addStored(String name, long offset, long length) {
        stored.put(name, new long[] {offset, length});
    }

    /** Says that the asset is there but compressed. */
    public void addCompressed(String name) {
        compressed.put(name, new byte[0]);
    }

    public AssetFileDescriptor openFd(String name) throws IOException {
        long[] place = stored.get(name);
        if (place != null) {
            return new AssetFileDescriptor(new FileInputStream(apk), place[0], place[1]);
        }
        if (compressed.containsKey(name)) {
            throw new FileNotFoundException(
                    "This file can not be opened as a file descriptor; it is probably compressed");
        }
        throw new FileNotFoundException(name);
    }

    public InputStream open(String name) throws IOException {
        long[] place = stored.get(name);
        if (place != null) {
            byte[] bytes = new byte[(int) place[1]];
            try (RandomAccessFile file = new RandomAccessFile(apk, "r")) {
                file.seek(place[0]);
                file.readFully(bytes);
            }
            return new ByteArrayInputStream(bytes);
        }
        if (compressed.containsKey(name)) {
            return new FileInputStream(apk);
        }
        throw new FileNotFoundException(name);
    }
}
