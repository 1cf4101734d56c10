package org.dcmobile.demo.classes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** A network's output as its likeliest classes (docs/format.md, section 7.2). */
public final class TopClasses {
    private TopClasses() {}

    /**
     * The likeliest classes, best first, equal ones by their place.
     *
     * @param output the scores of one picture's classes
     * @param labels the classes' names, as many as scores, or none
     * @param probabilities the output is probabilities already; scores go through a softmax
     * @param count how many classes at most
     * @throws IllegalArgumentException values that are no finite numbers, or another number of labels
     */
    public static List<Score> of(float[] output, List<String> labels, boolean probabilities, int count) {
        if (!labels.isEmpty() && labels.size() != output.length) {
            throw new IllegalArgumentException(labels.size() + " labels for " + output.length + " classes");
        }
        final double[] shares = new double[output.length];
        double largest = Double.NEGATIVE_INFINITY;
        for (float value : output) {
            if (Float.isNaN(value) || Float.isInfinite(value)) {
                throw new IllegalArgumentException("the network gives values that are no finite numbers");
            }
            largest = Math.max(largest, value);
        }
        double total = 0;
        for (int i = 0; i < output.length; ++i) {
            shares[i] = probabilities ? output[i] : Math.exp(output[i] - largest);
            total += shares[i];
        }
        Integer[] order = new Integer[output.length];
        for (int i = 0; i < order.length; ++i) {
            order[i] = i;
            shares[i] = probabilities ? shares[i] : shares[i] / total;
        }
        Arrays.sort(order, new Comparator<Integer>() {
            @Override
            public int compare(Integer one, Integer other) {
                return Double.compare(shares[other], shares[one]); // the sort is stable
            }
        });
        List<Score> best = new ArrayList<Score>();
        for (int i = 0; i < Math.min(count, order.length); ++i) {
            best.add(new Score(order[i], labels.isEmpty() ? null : labels.get(order[i]), shares[order[i]]));
        }
        return Collections.unmodifiableList(best);
    }
}
