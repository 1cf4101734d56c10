package org.dcmobile.demo;

import static org.junit.Assume.assumeNotNull;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/** Cases that the Python side wrote (tests/android_demo/logic_cases.py), with what comes out there. */
public final class Cases {
    private Cases() {}

    /** Skips the test where nobody wrote any, as under Gradle. */
    public static File folder(String name) {
        String folder = System.getProperty("dcmobile.cases");
        assumeNotNull(folder);
        return new File(folder, name);
    }

    public static List<String> lines(File file) throws IOException {
        return Files.readAllLines(file.toPath(), StandardCharsets.UTF_8);
    }
}
