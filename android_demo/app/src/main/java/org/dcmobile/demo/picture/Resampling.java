package org.dcmobile.demo.picture;

/**
 * Resizes one line of pixels with antialiasing, as docs/format.md, section 7.1, step 3, says it to the bit: for some of
 * the pixels of the new line, which old ones they read, with what weights.
 */
final class Resampling {
    enum Filter {
        BILINEAR(1),
        BICUBIC(2);

        final double support;

        Filter(double support) {
            this.support = support;
        }

        private double at(double distance) {
            double x = Math.abs(distance);
            if (this == BILINEAR) {
                return x < 1 ? 1 - x : 0;
            }
            if (x < 1) {
                return ((1.5 * x - 2.5) * x) * x + 1;
            }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
        }
    }

    private static final int FRACTION_BITS = 22;

    private final int[] first;
    private final int[][] weights;

    /**
     * @param length pixels of a line before
     * @param resized pixels after, at most 2^26
     * @param from the first of those that are wanted
     * @param count how many are wanted
     */
    Resampling(Filter filter, int length, int resized, int from, int count) {
        first = new int[count];
        weights = new int[count][];
        double scale = (double) length / resized;
        double stretch = Math.max(scale, 1);
        double reach = filter.support * stretch;
        for (int i = 0; i < count; ++i) {
            double centre = (from + i + 0.5) * scale;
            int begin = Math.max((int) ((centre - reach) + 0.5), 0);
            int end = Math.min((int) ((centre + reach) + 0.5), length);
            double[] exact = new double[end - begin];
            double total = 0;
            for (int j = begin; j < end; ++j) {
                exact[j - begin] = filter.at(((j - centre) + 0.5) * (1 / stretch));
                total += exact[j - begin];
            }
            first[i] = begin;
            weights[i] = new int[end - begin];
            for (int j = 0; j < exact.length; ++j) {
                double share = exact[j] / total * (1 << FRACTION_BITS);
                weights[i][j] = (int) (exact[j] < 0 ? share - 0.5 : share + 0.5);
            }
        }
    }

    /**
     * Resizes the line {@code old[start], old[start + step], ...} of bytes 0..255 and writes the wanted pixels to
     * {@code wanted[to], wanted[to + toStep], ...}.
     */
    void apply(byte[] old, int start, int step, byte[] wanted, int to, int toStep) {
        for (int i = 0; i < first.length; ++i) {
            int[] q = weights[i];
            int sum = 1 << (FRACTION_BITS - 1);
            int at = start + first[i] * step;
            for (int weight : q) {
                sum += (old[at] & 0xFF) * weight;
                at += step;
            }
            wanted[to + i * toStep] = (byte) Math.min(Math.max(sum >> FRACTION_BITS, 0), 255);
        }
    }
}
