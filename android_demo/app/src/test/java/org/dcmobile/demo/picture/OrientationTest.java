package org.dcmobile.demo.picture;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertSame;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import org.dcmobile.demo.Cases;
import org.junit.Test;

public class OrientationTest {
    @Test
    public void turnsAsPillowDoes() throws IOException {
        File folder = Cases.folder("orientation");
        for (String line : Cases.lines(new File(folder, "expected.txt"))) {
            String[] words = line.split(" ");
            Orientation found = of(Files.readAllBytes(new File(folder, words[0]).toPath()));
            assertEquals(line, Boolean.parseBoolean(words[1]), found.mirrored);
            assertEquals(line, Integer.parseInt(words[2]), found.degrees);
        }
    }

    @Test
    public void staysCalmWithAnyPartOfAFile() throws IOException {
        File folder = Cases.folder("orientation");
        byte[] whole = Files.readAllBytes(new File(folder, "6.jpg").toPath());
        int most = Math.min(whole.length, 400);
        for (int length = 0; length < most; ++length) {
            of(Arrays.copyOf(whole, length));
        }
        for (int i = 0; i < most; ++i) {
            for (int bit = 0; bit < 8; ++bit) {
                byte[] damaged = whole.clone();
                damaged[i] ^= (byte) (1 << bit);
                of(damaged);
            }
        }
    }

    @Test
    public void whatIsNoJpegIsUpright() throws IOException {
        assertSame(Orientation.UPRIGHT, of(new byte[0]));
        assertSame(Orientation.UPRIGHT, of(new byte[] {(byte) 0x89, 'P', 'N', 'G'}));
    }

    private static Orientation of(byte[] file) throws IOException {
        return Orientation.read(new ByteArrayInputStream(file));
    }
}
