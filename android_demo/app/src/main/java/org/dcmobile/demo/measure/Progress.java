package org.dcmobile.demo.measure;

/** Told after each step of a measurement. */
public interface Progress {
    /**
     * @return whether to go on; otherwise the measurement ends with a {@link java.util.concurrent.CancellationException}
     */
    boolean step(int done, int total);
}
