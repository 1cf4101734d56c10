package org.dcmobile.demo.measure;

import java.util.Locale;

/** Memory of this process, as the kernel's /proc/self/status tells it. */
public final class ProcessMemory {
    /** Bytes that are in memory now; -1 where the kernel does not say. */
    public final long resident;

    /** The most there ever were, since the process began; -1 where the kernel does not say. */
    public final long peakResident;

    public ProcessMemory(long resident, long peakResident) {
        this.resident = resident;
        this.peakResident = peakResident;
    }

    /**
     * @param status the text of /proc/self/status
     */
    public static ProcessMemory parse(String status) {
        return new ProcessMemory(bytes(status, "vmrss:"), bytes(status, "vmhwm:"));
    }

    private static long bytes(String status, String key) {
        for (String line : status.split("\n")) {
            String[] words = line.trim().split("\\s+");
            if (words.length == 3 && words[0].toLowerCase(Locale.ROOT).equals(key) && words[1].matches("[0-9]{1,15}")) {
                return 1024 * Long.parseLong(words[1]);
            }
        }
        return -1;
    }
}
