package org.dcmobile;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.junit.Test;

/**
 * A library that checks who signed a model. Run by itself: org.dcmobile.signed is a model that the owner of
 * org.dcmobile.key has signed.
 */
public final class SignatureTest {
    private static final File SIGNED = new File(System.getProperty("org.dcmobile.signed"));
    private static final String KEY = System.getProperty("org.dcmobile.key");
    private static final String OTHER = "7f" + KEY.substring(2);

    @Test
    public void theOwnersModelOpens() throws IOException {
        Options options = Options.builder().publicKey(KEY).build();
        try (Model model = Model.open(SIGNED, options)) {
            assertTrue(model.inputs().size() > 0);
        }
        try (Model model = Model.open(bytes(), options)) {
            assertTrue(model.inputs().size() > 0);
        }
        Options upper = Options.builder().publicKey(KEY.toUpperCase()).build();
        assertArrayEquals(options.publicKey(), upper.publicKey());
    }

    @Test
    public void anotherOnesDoesNot() throws IOException {
        Options options = Options.builder().publicKey(OTHER).build();
        refused("signed by another key", () -> Model.open(SIGNED, options));
        refused("signed by another key", () -> Model.open(bytes(), options));
    }

    @Test
    public void whatIsNotSignedOrChangedDoesNot() throws IOException {
        Options options = Options.builder().publicKey(KEY).build();
        refused("not signed", () -> Model.open(new GoldenFile("convolutional").file, options));
        ByteBuffer changed = bytes();
        changed.put(100, (byte) (changed.get(100) ^ 1));
        refused("the file was changed", () -> Model.open(changed, options));
    }

    @Test
    public void withoutAKeyAnyOpens() throws IOException {
        Options options = Options.builder().publicKey(KEY).publicKey(null).build();
        assertNull(options.publicKey());
        Model.open(SIGNED, options).close();
    }

    private interface Opening {
        Model open() throws IOException;
    }

    private static void refused(String text, Opening opening) {
        DcmException error = assertThrows(DcmException.class, opening::open);
        assertEquals(Code.FILE_SIGNATURE, error.code());
        assertTrue(error.getMessage(), error.getMessage().contains(text));
    }

    private static ByteBuffer bytes() throws IOException {
        byte[] bytes = new byte[(int) SIGNED.length()];
        try (InputStream stream = new FileInputStream(SIGNED)) {
            for (int at = 0; at < bytes.length; ) {
                at += stream.read(bytes, at, bytes.length - at);
            }
        }
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length);
        direct.put(bytes).flip();
        return direct;
    }
}
