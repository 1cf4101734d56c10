package org.dcmobile;

import androidx.annotation.NonNull;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What is true of the library as a whole. */
public final class Dcmobile {
    /** The name of the device that is always there. */
    static final String CPU = "cpu";

    /** The name of the first device with Vulkan. */
    static final String VULKAN = "vulkan";

    private static List<String> devices;

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
     * What {@link Options.Builder#device} takes and this machine has. The first call asks the drivers.
     *
     * @return the names, unmodifiable: "cpu" first, then "vulkan" if there is a GPU, and "vulkan:1" and on for more
     * @throws DcmException MACHINE_UNSUPPORTED if there is no native library for this machine
     */
    @NonNull
    public static synchronized List<String> devices() {
        if (devices == null) {
            Native.load();
            ArrayList<String> names = new ArrayList<String>();
            names.add(CPU);
            for (int i = 1; i < Native.deviceCount(); ++i) {
                names.add(i == 1 ? VULKAN : VULKAN + ":" + (i - 1));
            }
            devices = Collections.unmodifiableList(names);
        }
        return devices;
    }
}
