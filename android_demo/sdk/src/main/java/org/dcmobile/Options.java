package org.dcmobile;

import androidx.annotation.NonNull;

/**
 * How a {@link Model} is opened and run. Immutable.
 *
 * <pre>{@code
 * Options options = Options.builder().threads(4).build();
 * }</pre>
 */
public final class Options {
    private static final int MOST_THREADS = 64;
    private static final Options DEFAULTS = new Builder().build();

    private final int threads;
    private final long memoryLimit;
    private final String device;

    private Options(Builder builder) {
        threads = builder.threads;
        memoryLimit = builder.memoryLimit;
        device = builder.device;
    }

    /**
     * One thread, the CPU, at most 4 GiB.
     *
     * @return what every option is if it is not set
     */
    @NonNull
    public static Options defaults() {
        return DEFAULTS;
    }

    /**
     * Starts with the defaults.
     *
     * @return a builder
     */
    @NonNull
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Threads that share the decoding and each run, the caller's included.
     *
     * @return 1 to 64
     */
    public int threads() {
        return threads;
    }

    /**
     * Bytes that the model may allocate, and each run that goes on at the same time.
     *
     * @return at least 1
     */
    public long memoryLimit() {
        return memoryLimit;
    }

    /**
     * What the network runs on.
     *
     * @return one of {@link Dcmobile#devices()}
     */
    @NonNull
    public String device() {
        return device;
    }

    /** Collects options. */
    public static final class Builder {
        private int threads = 1;
        private long memoryLimit = 4L << 30;
        private String device = Dcmobile.CPU;

        private Builder() {}

        /**
         * Threads that share the decoding and each run, the caller's included. More than the phone has fast cores
         * rarely helps.
         *
         * @param threads 1 to 64; default 1
         * @return this
         * @throws DcmException CALL_ARGUMENT if it is out of range
         */
        @NonNull
        public Builder threads(int threads) {
            if (threads < 1 || threads > MOST_THREADS) {
                throw new DcmException(
                        Code.CALL_ARGUMENT, "threads is " + threads + "; it must be a number from 1 to " + MOST_THREADS);
            }
            this.threads = threads;
            return this;
        }

        /**
         * Bytes that the model may allocate, and as many again for each run that goes on at the same time. More is a
         * MACHINE_LIMIT.
         *
         * @param bytes at least 1; default 4 GiB
         * @return this
         * @throws DcmException CALL_ARGUMENT if it is out of range
         */
        @NonNull
        public Builder memoryLimit(long bytes) {
            if (bytes < 1) {
                throw new DcmException(Code.CALL_ARGUMENT, "memoryLimit is " + bytes + "; it must be at least 1");
            }
            memoryLimit = bytes;
            return this;
        }

        /**
         * What the network runs on.
         *
         * @param device one of {@link Dcmobile#devices()}; default "cpu"
         * @return this
         * @throws DcmException CALL_ARGUMENT if there is no such device
         */
        @NonNull
        public Builder device(@NonNull String device) {
            if (!Dcmobile.devices().contains(device)) {
                throw new DcmException(
                        Code.CALL_ARGUMENT, "device '" + device + "' is unknown; there is " + Dcmobile.devices());
            }
            this.device = device;
            return this;
        }

        /**
         * The options as they are now.
         *
         * @return immutable
         */
        @NonNull
        public Options build() {
            return new Options(this);
        }
    }
}
