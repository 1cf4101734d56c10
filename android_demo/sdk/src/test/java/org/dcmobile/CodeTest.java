package org.dcmobile;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Test;

/** The codes are those of the C header. */
public final class CodeTest {
    @Test
    public void codesOfTheHeader() throws IOException {
        Path header = Paths.get(System.getProperty("org.dcmobile.header", "../../runtime/include/dcmobile/dcmobile.h"));
        String text = new String(Files.readAllBytes(header), StandardCharsets.UTF_8);
        Matcher member = Pattern.compile("\\bDCM_([A-Z_]+) = (\\d+)").matcher(text);
        Map<String, Integer> expected = new HashMap<>();
        while (member.find()) {
            expected.put(member.group(1), Integer.valueOf(member.group(2)));
        }
        assertTrue(expected.size() >= 20); // the pattern fits
        Map<String, Integer> found = new HashMap<>();
        for (Code code : Code.values()) {
            if (code != Code.UNKNOWN) {
                found.put(code.name(), code.number());
                assertEquals(code, Code.of(code.number()));
            }
        }
        assertEquals(expected, found);
        assertEquals(Code.UNKNOWN, Code.of(499));
    }
}
