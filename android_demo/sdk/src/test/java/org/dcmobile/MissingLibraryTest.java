package org.dcmobile;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.File;
import org.junit.Test;

/** An app without the library for its machine. Run by itself, with org.dcmobile.library naming no library. */
public final class MissingLibraryTest {
    @Test
    public void everyUseSaysSo() {
        for (int i = 0; i < 2; ++i) {
            DcmException error = assertThrows(DcmException.class, () -> Model.open(new File("x")));
            assertEquals(Code.MACHINE_UNSUPPORTED, error.code());
            String start = "cannot load the native library for " + System.getProperty("os.arch") + ": ";
            assertTrue(error.getMessage(), error.getMessage().startsWith(start));
            assertTrue(error.getCause() instanceof UnsatisfiedLinkError);
            assertEquals(Code.MACHINE_UNSUPPORTED, assertThrows(DcmException.class, Dcmobile::version).code());
        }
    }
}
