package org.dcmobile;

import androidx.annotation.NonNull;

/** An input or output of a network: fp32, row-major (NCHW for pictures). */
public final class TensorInfo {
    private final String name;
    private final long[] dims;
    private final long elementCount;

    TensorInfo(@NonNull String name, @NonNull long[] dims) {
        this.name = name;
        this.dims = dims;
        long elements = 1;
        for (long dim : dims) {
            elements *= Math.abs(dim);
        }
        elementCount = elements;
    }

    /**
     * The name that the network's author or its exporter gave.
     *
     * @return may be empty
     */
    @NonNull
    public String name() {
        return name;
    }

    /**
     * The dimensions. The first is -1 where the batch is the caller's choice.
     *
     * @return 1 to 8 numbers; a copy
     */
    @NonNull
    public long[] dims() {
        return dims.clone();
    }

    /**
     * Whether the first dimension is the batch.
     *
     * @return true if any number of samples may be passed
     */
    public boolean isBatched() {
        return dims[0] == -1;
    }

    /**
     * Floats of one sample: the product of all dimensions but the batch.
     *
     * @return at least 1
     */
    public long elementCount() {
        return elementCount;
    }

    /**
     * Name and shape, such as "image [B, 3, 224, 224]".
     *
     * @return one line
     */
    @Override
    @NonNull
    public String toString() {
        StringBuilder text = new StringBuilder(name);
        for (int i = 0; i < dims.length; ++i) {
            text.append(i == 0 ? " [" : ", ");
            if (dims[i] == -1) {
                text.append('B');
            } else {
                text.append(dims[i]);
            }
        }
        return text.append(']').toString();
    }
}
