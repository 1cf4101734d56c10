package org.dcmobile.demo.classes;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.dcmobile.demo.Cases;
import org.junit.Test;

public class TopClassesTest {
    private static final List<String> NONE = Collections.emptyList();

    @Test
    public void equalsPython() throws IOException {
        File folder = Cases.folder("classes");
        for (File file : folder.listFiles()) {
            List<String> lines = Cases.lines(file);
            boolean probabilities = Boolean.parseBoolean(lines.get(0));
            String[] words = lines.get(1).split(" ");
            float[] output = new float[words.length];
            for (int i = 0; i < words.length; ++i) {
                output[i] = Float.parseFloat(words[i]);
            }
            List<Score> scores = TopClasses.of(output, NONE, probabilities, 5);
            assertEquals(lines.size() - 2, scores.size());
            for (int i = 0; i < scores.size(); ++i) {
                String[] expected = lines.get(2 + i).split(" ");
                assertEquals(file.getName(), Integer.parseInt(expected[0]), scores.get(i).index);
                assertEquals(file.getName(), Double.parseDouble(expected[1]), scores.get(i).probability, 1e-12);
            }
        }
    }

    @Test
    public void equalScoresKeepTheirOrderAndHaveTheirLabels() {
        List<Score> scores = TopClasses.of(new float[] {1, 3, 3}, Arrays.asList("a", "b", "c"), false, 9);
        assertEquals(3, scores.size());
        assertEquals("b", scores.get(0).label);
        assertEquals("c", scores.get(1).label);
        assertEquals("a", scores.get(2).label);
        assertEquals(1, scores.get(0).probability + scores.get(1).probability + scores.get(2).probability, 1e-15);
        assertNull(TopClasses.of(new float[] {1}, NONE, false, 1).get(0).label);
    }

    @Test
    public void largeScoresDoNotOverflow() {
        assertEquals(1, TopClasses.of(new float[] {3e38f, -3e38f}, NONE, false, 1).get(0).probability, 0);
    }

    @Test(expected = IllegalArgumentException.class)
    public void refusesAnotherNumberOfLabels() {
        TopClasses.of(new float[2], Collections.singletonList("a"), false, 1);
    }

    @Test(expected = IllegalArgumentException.class)
    public void refusesValuesThatAreNoNumbers() {
        TopClasses.of(new float[] {0, Float.NaN}, NONE, false, 1);
    }
}
