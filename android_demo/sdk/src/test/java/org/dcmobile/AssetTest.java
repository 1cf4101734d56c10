package org.dcmobile;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import android.content.res.AssetManager;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Assets, with a stand-in for Android's AssetManager and a file that plays the APK. */
public final class AssetTest {
    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    private GoldenFile golden;
    private File apk;
    private AssetManager assets;

    /** The model at 0, and at an offset as zipalign leaves it, and at one that it would not. */
    @Before
    public void pack() throws IOException {
        golden = new GoldenFile("convolutional");
        apk = folder.newFile("app.apk");
        byte[] bytes = golden.bytes();
        try (FileOutputStream stream = new FileOutputStream(apk)) {
            stream.write(bytes);
            stream.write(new byte[-bytes.length & 3]);
            stream.write(bytes);
            stream.write(7);
            stream.write(bytes);
        }
        long second = (bytes.length + 3) & ~3;
        assets = new AssetManager(apk);
        assets.addStored("first.dcmodel", 0, bytes.length);
        assets.addStored("models/second.dcmodel", second, bytes.length);
        assets.addStored("third.dcmodel", second + bytes.length + 1, bytes.length);
        assets.addStored("short.dcmodel", second, bytes.length - 100);
        assets.addStored("outside.dcmodel", second, 1 << 20);
        assets.addStored("unknown.dcmodel", second, -1);
        assets.addCompressed("small.dcmodel");
    }

    @Test
    public void stored() {
        for (String name : new String[] {"first.dcmodel", "models/second.dcmodel", "third.dcmodel"}) {
            try (Model model = Model.open(assets, name)) {
                golden.verify(model.run(golden.inputs));
            }
        }
    }

    @Test
    public void nothingStaysOpen() throws IOException {
        int before = openFiles();
        for (int i = 0; i < 50; ++i) {
            Model.open(assets, "first.dcmodel", Options.builder().threads(2).build()).close();
            assertThrows(DcmException.class, () -> Model.open(assets, "short.dcmodel"));
        }
        assertTrue(openFiles() <= before + 5);
    }

    @Test
    public void compressed() {
        DcmException error = assertThrows(DcmException.class, () -> Model.open(assets, "small.dcmodel"));
        assertEquals(Code.FILE_IO, error.code());
        assertTrue(error.getMessage(), error.getMessage().startsWith("asset 'small.dcmodel' is compressed in the APK"));
        assertTrue(error.getMessage(), error.getMessage().contains("noCompress"));
        assertTrue(error.getCause() instanceof IOException);
    }

    @Test
    public void missing() {
        DcmException error = assertThrows(DcmException.class, () -> Model.open(assets, "none.dcmodel"));
        assertEquals(Code.FILE_IO, error.code());
        assertEquals("asset 'none.dcmodel' cannot be opened: none.dcmodel", error.getMessage());
    }

    @Test
    public void damaged() {
        DcmException error = assertThrows(DcmException.class, () -> Model.open(assets, "short.dcmodel"));
        assertEquals(Code.FILE_STRUCTURE, error.code());
        assertTrue(error.getMessage(), error.getMessage().startsWith("asset 'short.dcmodel': the file is truncated"));
        assertEquals(Code.FILE_IO, codeOf("outside.dcmodel"));
        assertEquals(Code.FILE_IO, codeOf("unknown.dcmodel"));
    }

    @Test
    public void nulls() {
        for (Runnable open :
                new Runnable[] {
                    () -> Model.open((AssetManager) null, "first.dcmodel"),
                    () -> Model.open(assets, null),
                    () -> Model.open(assets, "first.dcmodel", null)
                }) {
            assertEquals(Code.CALL_ARGUMENT, assertThrows(DcmException.class, open::run).code());
        }
    }

    private Code codeOf(String name) {
        return assertThrows(DcmException.class, () -> Model.open(assets, name)).code();
    }

    private static int openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Paths.get("/proc/self/fd"))) {
            return (int) files.count();
        }
    }
}
