package org.dcmobile;

import android.content.res.AssetManager;
import androidx.annotation.NonNull;
import androidx.annotation.Nullable;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@code dcmobile bundle} has put into an app: each model with its size and its SHA-256, so that the app can check that
 * a model is the one that shipped. Opening a model checks the file against its own checksums; this checks that it is that
 * file.
 *
 * <pre>{@code
 * BundleManifest.read(assets, AppModels.MANIFEST).verify(assets);
 * }</pre>
 *
 * <p>Reading all of a large model takes time: not on the main thread.
 */
public final class BundleManifest {
    /** The version of the manifest's format that this class reads. */
    static final int VERSION = 1;

    private static final int LARGEST = 1 << 20;

    private final List<Entry> models;

    private BundleManifest(List<Entry> models) {
        this.models = Collections.unmodifiableList(models);
    }

    /** A model as it shipped. */
    public static final class Entry {
        private final String asset;
        private final long bytes;
        private final String sha256;

        Entry(String asset, long bytes, String sha256) {
            this.asset = asset;
            this.bytes = bytes;
            this.sha256 = sha256;
        }

        /**
         * Where it lies.
         *
         * @return a path under {@code assets/}
         */
        @NonNull
        public String asset() {
            return asset;
        }

        /**
         * The size of the .dcmodel.
         *
         * @return bytes
         */
        public long bytes() {
            return bytes;
        }

        /**
         * The SHA-256 of all of it (FIPS 180-4).
         *
         * @return 64 hexadecimal digits in lower case
         */
        @NonNull
        public String sha256() {
            return sha256;
        }
    }

    /**
     * Reads the manifest of an app.
     *
     * @param assets of the app, such as {@code context.getAssets()}
     * @param name the asset's path under {@code assets/}, such as {@code AppModels.MANIFEST}
     * @return what it says
     * @throws DcmException FILE_IO if there is no such asset; FILE_FORMAT if it is no manifest; FILE_VERSION if it is of a
     *     newer dcmobile
     */
    @NonNull
    public static BundleManifest read(@NonNull AssetManager assets, @NonNull String name) {
        require(assets, "assets");
        require(name, "name");
        try (InputStream stream = assets.open(name)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            byte[] piece = new byte[8192];
            for (int read = stream.read(piece); read >= 0; read = stream.read(piece)) {
                bytes.write(piece, 0, read);
                if (bytes.size() > LARGEST) {
                    throw new DcmException(Code.FILE_FORMAT, "asset '" + name + "' is larger than any manifest");
                }
            }
            return parse(new String(bytes.toByteArray(), StandardCharsets.UTF_8));
        } catch (IOException error) {
            throw new DcmException(Code.FILE_IO, "cannot read asset '" + name + "': " + error.getMessage(), error);
        }
    }

    /**
     * Reads the text of a manifest.
     *
     * @param json as {@code dcmobile bundle} writes it
     * @return what it says
     * @throws DcmException FILE_FORMAT if it is no manifest; FILE_VERSION if it is of a newer dcmobile
     */
    @NonNull
    public static BundleManifest parse(@NonNull String json) {
        require(json, "json");
        Object root = new Json(json).value();
        if (!(root instanceof Map) || !(((Map<?, ?>) root).get("version") instanceof Long)) {
            throw new DcmException(Code.FILE_FORMAT, "the manifest has no version");
        }
        Map<?, ?> fields = (Map<?, ?>) root;
        if ((Long) fields.get("version") != VERSION) {
            throw new DcmException(
                    Code.FILE_VERSION,
                    "the manifest has version " + fields.get("version") + "; this library reads " + VERSION);
        }
        if (!(fields.get("models") instanceof List)) {
            throw new DcmException(Code.FILE_FORMAT, "the manifest has no models");
        }
        List<Entry> models = new ArrayList<Entry>();
        Set<String> assets = new HashSet<String>();
        for (Object each : (List<?>) fields.get("models")) {
            Entry entry = entry(each);
            if (!assets.add(entry.asset)) {
                throw new DcmException(Code.FILE_FORMAT, "the manifest has asset '" + entry.asset + "' twice");
            }
            models.add(entry);
        }
        return new BundleManifest(models);
    }

    /**
     * What shipped.
     *
     * @return unmodifiable, in the order in which they were bundled
     */
    @NonNull
    public List<Entry> models() {
        return models;
    }

    /**
     * The model of that asset.
     *
     * @param asset its path under {@code assets/}
     * @return never null
     * @throws DcmException CALL_NAME if no such model shipped
     */
    @NonNull
    public Entry model(@NonNull String asset) {
        require(asset, "asset");
        for (Entry entry : models) {
            if (entry.asset.equals(asset)) {
                return entry;
            }
        }
        throw new DcmException(Code.CALL_NAME, "the manifest has no asset '" + asset + "'");
    }

    /**
     * Reads every model and checks that it is the one that shipped.
     *
     * @param assets of the app
     * @throws DcmException FILE_CHECKSUM for the first that is not; FILE_IO if one cannot be read
     */
    public void verify(@NonNull AssetManager assets) {
        require(assets, "assets");
        for (Entry entry : models) {
            verify(assets, entry.asset);
        }
    }

    /**
     * Reads a model and checks that it is the one that shipped.
     *
     * @param assets of the app
     * @param asset its path under {@code assets/}
     * @throws DcmException FILE_CHECKSUM if it is another; FILE_IO if it cannot be read; CALL_NAME if none of that name
     *     shipped
     */
    public void verify(@NonNull AssetManager assets, @NonNull String asset) {
        require(assets, "assets");
        Entry entry = model(asset);
        try (InputStream stream = assets.open(asset)) {
            verify(entry, stream, "asset '" + asset + "'");
        } catch (IOException error) {
            throw new DcmException(Code.FILE_IO, "cannot read asset '" + asset + "': " + error.getMessage(), error);
        }
    }

    /**
     * Reads a file, such as one that was downloaded, and checks that it is the model that shipped under that name.
     *
     * @param file a .dcmodel
     * @param asset the model's path under {@code assets/}
     * @throws DcmException FILE_CHECKSUM if it is another; FILE_IO if it cannot be read; CALL_NAME if none of that name
     *     shipped
     */
    public void verify(@NonNull File file, @NonNull String asset) {
        require(file, "file");
        Entry entry = model(asset);
        try (InputStream stream = new FileInputStream(file)) {
            verify(entry, stream, file.getPath());
        } catch (IOException error) {
            throw new DcmException(Code.FILE_IO, "cannot read " + file + ": " + error.getMessage(), error);
        }
    }

    private static void verify(Entry entry, InputStream stream, String what) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256"); // which every Android and every Java has
        } catch (NoSuchAlgorithmException error) {
            throw new DcmException(Code.MACHINE_UNSUPPORTED, "this machine has no SHA-256", error);
        }
        byte[] piece = new byte[1 << 16];
        long bytes = 0;
        for (int read = stream.read(piece); read >= 0; read = stream.read(piece)) {
            digest.update(piece, 0, read);
            bytes += read;
        }
        if (bytes != entry.bytes) {
            throw new DcmException(
                    Code.FILE_CHECKSUM, what + " has " + bytes + " bytes; the one that shipped has " + entry.bytes);
        }
        if (!hex(digest.digest()).equals(entry.sha256)) {
            throw new DcmException(Code.FILE_CHECKSUM, what + " is not the one that shipped: its SHA-256 is another");
        }
    }

    private static Entry entry(Object value) {
        if (value instanceof Map) {
            Map<?, ?> fields = (Map<?, ?>) value;
            Object asset = fields.get("asset");
            Object bytes = fields.get("bytes");
            Object sha256 = fields.get("sha256");
            if (asset instanceof String
                    && bytes instanceof Long
                    && (Long) bytes > 0
                    && sha256 instanceof String
                    && ((String) sha256).matches("[0-9a-f]{64}")) {
                return new Entry((String) asset, (Long) bytes, (String) sha256);
            }
        }
        throw new DcmException(Code.FILE_FORMAT, "a model of the manifest needs asset, bytes and sha256");
    }

    private static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte each : bytes) {
            text.append(Character.forDigit(each >> 4 & 15, 16)).append(Character.forDigit(each & 15, 16));
        }
        return text.toString();
    }

    private static void require(@Nullable Object argument, String name) {
        if (argument == null) {
            throw new DcmException(Code.CALL_ARGUMENT, name + " is null");
        }
    }
}
