package org.dcmobile.demo.picture;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.io.DataInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import org.dcmobile.demo.Cases;
import org.junit.Test;

public class ImagePreprocessingTest {
    private static final String IMAGENET =
            "resize=256 crop=224 mean=123.675,116.28,103.53 deviation=58.395,57.12,57.375";

    @Test
    public void equalsPythonToTheBit() throws IOException {
        File folder = Cases.folder("preprocessing");
        int cases = 0;
        for (File file : folder.listFiles()) {
            try (DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream(file)))) {
                ImagePreprocessing preprocessing = ImagePreprocessing.parse(in.readUTF());
                int width = in.readInt();
                int height = in.readInt();
                int[] argb = new int[width * height];
                for (int i = 0; i < argb.length; ++i) {
                    argb[i] = in.readInt();
                }
                float[] input = preprocessing.apply(argb, width, height);
                assertEquals(file.getName(), in.readInt(), preprocessing.channels());
                assertEquals(file.getName(), in.readInt(), preprocessing.height());
                assertEquals(file.getName(), in.readInt(), preprocessing.width());
                for (int i = 0; i < input.length; ++i) {
                    assertEquals(file.getName() + " at " + i, in.readInt(), Float.floatToRawIntBits(input[i]));
                }
                assertEquals(file.getName(), -1, in.read());
            }
            ++cases;
        }
        assertTrue("only " + cases + " cases", cases >= 40);
    }

    @Test
    public void refusesWhatPythonRefuses() throws IOException {
        for (String words : Cases.lines(Cases.folder("refused.txt"))) {
            try {
                ImagePreprocessing.parse(words);
            } catch (IllegalArgumentException expected) {
                continue;
            }
            fail("takes '" + words + "'");
        }
    }

    @Test
    public void takesWhatPythonTakes() throws IOException {
        for (String words : Cases.lines(Cases.folder("taken.txt"))) {
            ImagePreprocessing.parse(words);
        }
    }

    @Test
    public void knowsTheInputOfImageNetsNetworks() {
        ImagePreprocessing preprocessing = ImagePreprocessing.parse(IMAGENET);
        assertEquals(3, preprocessing.channels());
        assertEquals(224, preprocessing.height());
        assertEquals(224, preprocessing.width());
        assertEquals(512, preprocessing.enoughPixels());
        float[] white = preprocessing.apply(new int[] {0xFFFFFFFF}, 1, 1);
        assertEquals(3 * 224 * 224, white.length);
        assertEquals((255 - 123.675f) / 58.395f, white[0], 0);
    }

    @Test
    public void refusesAPictureThatIsNone() {
        ImagePreprocessing preprocessing = ImagePreprocessing.parse("resize=2");
        for (int[] size : new int[][] {{0, 0}, {2, 2}, {-1, -4}}) {
            try {
                preprocessing.apply(new int[3], size[0], size[1]);
            } catch (IllegalArgumentException expected) {
                continue;
            }
            fail("takes a picture of " + size[0] + " x " + size[1]);
        }
    }

    @Test(expected = IllegalArgumentException.class)
    public void refusesAPictureThatIsTooLongAndThin() {
        ImagePreprocessing.parse("resize=4096").apply(new int[20_000], 20_000, 1);
    }
}
