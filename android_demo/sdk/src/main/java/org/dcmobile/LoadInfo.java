package org.dcmobile;

import androidx.annotation.NonNull;

/** Where the time of opening a model went, in nanoseconds, and what it takes, in bytes. */
public final class LoadInfo {
    private final long[] numbers;

    LoadInfo(@NonNull long[] numbers) {
        this.numbers = numbers;
    }

    /**
     * Mapping the file.
     *
     * @return nanoseconds
     */
    public long mapNs() {
        return numbers[0];
    }

    /**
     * Checking the file's tables and the network's graph.
     *
     * @return nanoseconds
     */
    public long verifyNs() {
        return numbers[1];
    }

    /**
     * Decoding the weights.
     *
     * @return nanoseconds
     */
    public long decodeNs() {
        return numbers[2];
    }

    /**
     * Choosing kernels and preparing weights for them.
     *
     * @return nanoseconds
     */
    public long planNs() {
        return numbers[3];
    }

    /**
     * All of it.
     *
     * @return nanoseconds
     */
    public long totalNs() {
        return mapNs() + verifyNs() + decodeNs() + planNs();
    }

    /**
     * The size of the .dcmodel.
     *
     * @return bytes
     */
    public long fileBytes() {
        return numbers[4];
    }

    /**
     * Memory that the decoded weights take.
     *
     * @return bytes
     */
    public long weightBytes() {
        return numbers[5];
    }
}
