package org.dcmobile;

import androidx.annotation.NonNull;

/** One operator of a network's plan. */
public final class OperatorInfo {
    private final String name;
    private final String type;
    private final String kernel;
    private final String reason;
    private final long macs;
    private final long weightBytes;

    OperatorInfo(
            @NonNull String name,
            @NonNull String type,
            @NonNull String kernel,
            @NonNull String reason,
            @NonNull long[] numbers) {
        this.name = name;
        this.type = type;
        this.kernel = kernel;
        this.reason = reason;
        macs = numbers[0];
        weightBytes = numbers[1];
    }

    /**
     * The module's path in the author's network.
     *
     * @return may be empty
     */
    @NonNull
    public String name() {
        return name;
    }

    /**
     * The type as in the file format.
     *
     * @return such as "Conv2d"
     */
    @NonNull
    public String type() {
        return type;
    }

    /**
     * The kernel that the runtime picked for it.
     *
     * @return such as "linear_sparse_neon"
     */
    @NonNull
    public String kernel() {
        return kernel;
    }

    /**
     * Why it picked that kernel.
     *
     * @return a few words
     */
    @NonNull
    public String reason() {
        return reason;
    }

    /**
     * Multiply-accumulates for one sample; zero weights are not counted.
     *
     * @return 0 or more
     */
    public long macs() {
        return macs;
    }

    /**
     * Memory of its weights and of what the kernel prepared from them.
     *
     * @return bytes
     */
    public long weightBytes() {
        return weightBytes;
    }

    /**
     * Type, name and kernel.
     *
     * @return one line
     */
    @Override
    @NonNull
    public String toString() {
        return type + " '" + name + "' " + kernel;
    }
}
