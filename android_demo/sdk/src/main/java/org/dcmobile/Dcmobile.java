package org.dcmobile;

import androidx.annotation.NonNull;
import java.util.Collections;
import java.util.List;

/** What is true of the library as a whole. */
public final class Dcmobile {
    /** The name of the device that is always there. */
    static final String CPU = "cpu";

    private static final List<String> DEVICES = Collections.singletonList(CPU);

    private Dcmobile() {}

    /**
     * The version of the native library.
     *
     * @return such as "0.1.0"
     * @throws DcmException MACHINE_UNSUPPORTED if there is no native library for this machine
     */
    @NonNull
    public static String version() {
        Native.load();
        return Native.version();
    }

    /**
     * What {@link Options.Builder#device} takes.
     *
     * @return the names, "cpu" first
     */
    @NonNull
    public static List<String> devices() {
        return DEVICES;
    }
}
