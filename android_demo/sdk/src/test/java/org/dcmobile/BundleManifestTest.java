package org.dcmobile;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import android.content.res.AssetManager;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A model that is the one that shipped, and everything that is not. */
public final class BundleManifestTest {
    // "abc" and its SHA-256, of FIPS 180-4's examples.
    private static final byte[] SHIPPED = {'a', 'b', 'c'};
    private static final String SHA256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private static final String MANIFEST =
            "{\"version\": 1, \"models\": [{\"asset\": \"net.dcmodel\", \"bytes\": 3, \"sha256\": \"" + SHA256
                    + "\", \"inputs\": [{\"name\": \"x\", \"shape\": [-1, 4]}]}]}";

    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    /** An app whose APK holds the manifest and then the model. */
    private AssetManager app(String manifest, byte[] model) throws IOException {
        byte[] json = manifest.getBytes(StandardCharsets.UTF_8);
        AssetManager assets = new AssetManager(file(json, model));
        assets.addStored("dcmobile/models.json", 0, json.length);
        assets.addStored("net.dcmodel", json.length, model.length);
        return assets;
    }

    private File file(byte[]... parts) throws IOException {
        File file = folder.newFile();
        try (FileOutputStream stream = new FileOutputStream(file)) {
            for (byte[] part : parts) {
                stream.write(part);
            }
        }
        return file;
    }

    private static void failsWith(Code code, String text, Runnable call) {
        try {
            call.run();
        } catch (DcmException error) {
            assertEquals(error.toString(), code, error.code());
            assertTrue(error.toString(), error.getMessage().contains(text));
            return;
        }
        fail("no exception");
    }

    private static void refused(final Code code, final String text, final String json) {
        failsWith(
                code,
                text,
                new Runnable() {
                    @Override
                    public void run() {
                        BundleManifest.parse(json);
                    }
                });
    }

    @Test
    public void theModelThatShipped() throws IOException {
        AssetManager assets = app(MANIFEST, SHIPPED);
        BundleManifest manifest = BundleManifest.read(assets, "dcmobile/models.json");
        assertEquals(1, manifest.models().size());
        BundleManifest.Entry entry = manifest.model("net.dcmodel");
        assertEquals(3, entry.bytes());
        assertEquals(SHA256, entry.sha256());
        manifest.verify(assets);
        manifest.verify(file(SHIPPED), "net.dcmodel");
    }

    @Test
    public void anotherModel() throws IOException {
        final BundleManifest manifest = BundleManifest.parse(MANIFEST);
        final AssetManager changed = app(MANIFEST, new byte[] {'a', 'b', 'd'});
        failsWith(
                Code.FILE_CHECKSUM,
                "asset 'net.dcmodel' is not the one that shipped",
                new Runnable() {
                    @Override
                    public void run() {
                        manifest.verify(changed);
                    }
                });
        final File longer = file(SHIPPED, SHIPPED);
        failsWith(
                Code.FILE_CHECKSUM,
                "has 6 bytes; the one that shipped has 3",
                new Runnable() {
                    @Override
                    public void run() {
                        manifest.verify(longer, "net.dcmodel");
                    }
                });
    }

    @Test
    public void whatIsNotThere() throws IOException {
        final BundleManifest manifest = BundleManifest.parse(MANIFEST);
        final AssetManager empty = new AssetManager(folder.newFile());
        failsWith(
                Code.FILE_IO,
                "cannot read asset 'net.dcmodel'",
                new Runnable() {
                    @Override
                    public void run() {
                        manifest.verify(empty);
                    }
                });
        failsWith(
                Code.FILE_IO,
                "cannot read asset 'm.json'",
                new Runnable() {
                    @Override
                    public void run() {
                        BundleManifest.read(empty, "m.json");
                    }
                });
        failsWith(
                Code.CALL_NAME,
                "the manifest has no asset 'other'",
                new Runnable() {
                    @Override
                    public void run() {
                        manifest.verify(empty, "other");
                    }
                });
        refused(Code.CALL_ARGUMENT, "json is null", null);
    }

    @Test
    public void noManifest() {
        refused(Code.FILE_FORMAT, "it ends at character 0", "");
        refused(Code.FILE_FORMAT, "has no version", "[]");
        refused(Code.FILE_FORMAT, "has no models", "{\"version\": 1}");
        refused(Code.FILE_VERSION, "has version 2", MANIFEST.replace("\"version\": 1", "\"version\": 2"));
        refused(Code.FILE_FORMAT, "needs asset, bytes and sha256", MANIFEST.replace("\"bytes\": 3", "\"bytes\": 3.5"));
        refused(Code.FILE_FORMAT, "needs asset, bytes and sha256", MANIFEST.replace("\"bytes\": 3", "\"bytes\": -3"));
        refused(Code.FILE_FORMAT, "needs asset, bytes and sha256", MANIFEST.replace("ba78", "BA78"));
        refused(Code.FILE_FORMAT, "there is more", MANIFEST + "x");
        String entry = MANIFEST.substring(MANIFEST.indexOf('[') + 1, MANIFEST.lastIndexOf(']'));
        refused(Code.FILE_FORMAT, "'net.dcmodel' twice", "{\"version\": 1, \"models\": [" + entry + ", " + entry + "]}");
        for (int end = 0; end < MANIFEST.length(); ++end) {
            refused(Code.FILE_FORMAT, "", MANIFEST.substring(0, end));
        }
    }

    @Test
    public void json() {
        Object value = new Json(" {\"a\": [1, -2.5e3, true, false, null, \"\\u00e9\\n\\\"\"], \"b\": {}} ").value();
        Map<?, ?> fields = (Map<?, ?>) value;
        assertEquals(Arrays.<Object>asList(1L, -2500.0, true, false, null, "\u00e9\n\""), (List<?>) fields.get("a"));
        assertTrue(((Map<?, ?>) fields.get("b")).isEmpty());
        String deep = new String(new char[40]).replace("\0", "[");
        for (String wrong : new String[] {"01", "+1", "1.", "nul", "\"\\x\"", "\"\n\"", "{\"a\": 1, \"a\": 2}", "[1,]", "{,}", deep}) {
            failsJson(wrong);
        }
    }

    private static void failsJson(final String text) {
        failsWith(
                Code.FILE_FORMAT,
                "no JSON: ",
                new Runnable() {
                    @Override
                    public void run() {
                        new Json(text).value();
                    }
                });
    }
}
