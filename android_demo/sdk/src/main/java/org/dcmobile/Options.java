package org.dcmobile;

import androidx.annotation.NonNull;
import androidx.annotation.Nullable;
import java.io.File;
import java.util.regex.Pattern;

/**
 * How a {@link Model} is opened and run. Immutable.
 *
 * <pre>{@code
 * Options options = Options.builder().threads(4).build();
 * }</pre>
 */
public final class Options {
    private static final int MOST_THREADS = 64;
    private static final Pattern DEVICE = Pattern.compile("cpu|vulkan(:[0-9]{1,2})?");
    private static final Pattern KEY = Pattern.compile("[0-9A-Fa-f]{64}");
    private static final Options DEFAULTS = new Builder().build();

    private final int threads;
    private final long memoryLimit;
    private final String device;
    private final File cacheDirectory;
    private final byte[] publicKey;

    private Options(Builder builder) {
        threads = builder.threads;
        memoryLimit = builder.memoryLimit;
        device = builder.device;
        cacheDirectory = builder.cacheDirectory;
        publicKey = builder.publicKey;
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
     * @return such as "cpu" or "vulkan"
     */
    @NonNull
    public String device() {
        return device;
    }

    /**
     * Where a device's driver keeps what it compiled.
     *
     * @return null for nowhere
     */
    @Nullable
    public File cacheDirectory() {
        return cacheDirectory;
    }

    /**
     * Who must have signed the model.
     *
     * @return 32 bytes of an Ed25519 key; null for anybody
     */
    @Nullable
    public byte[] publicKey() {
        return publicKey == null ? null : publicKey.clone();
    }

    @NonNull
    byte[] nativeDevice() {
        return Native.terminated(device);
    }

    @Nullable
    byte[] nativeCacheDirectory() {
        return cacheDirectory == null ? null : Native.terminated(cacheDirectory.getPath());
    }

    @Nullable
    byte[] nativePublicKey() {
        return publicKey;
    }

    /** Collects options. */
    public static final class Builder {
        private int threads = 1;
        private long memoryLimit = 4L << 30;
        private String device = Dcmobile.CPU;
        private File cacheDirectory;
        private byte[] publicKey;

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
         * What the network runs on. A device that is not there or fails leaves it to the CPU: {@link Model#device()}
         * tells.
         *
         * @param device "cpu", "vulkan" or "vulkan:N"; default "cpu"
         * @return this
         * @throws DcmException CALL_ARGUMENT if that cannot name a device
         */
        @NonNull
        public Builder device(@NonNull String device) {
            if (device == null || !DEVICE.matcher(device).matches()) {
                throw new DcmException(
                        Code.CALL_ARGUMENT, "device '" + device + "' is unknown; it is cpu, vulkan or vulkan:N");
            }
            this.device = device;
            return this;
        }

        /**
         * Where a device's driver may keep what it compiled, so that the next start is quick. Only "vulkan" uses it.
         *
         * @param directory such as {@code context.getCacheDir()}; default null, nowhere
         * @return this
         */
        @NonNull
        public Builder cacheDirectory(@Nullable File directory) {
            cacheDirectory = directory;
            return this;
        }

        /**
         * Who must have signed the model: others are a FILE_SIGNATURE, before anything else of them is read. A native
         * library without this check, as scripts/build-android-so makes it, refuses all with MACHINE_UNSUPPORTED.
         *
         * @param hexadecimal an Ed25519 key of 64 digits, as {@code dcmobile keygen} prints it; default null, anybody
         * @return this
         * @throws DcmException CALL_ARGUMENT if it is none
         */
        @NonNull
        public Builder publicKey(@Nullable String hexadecimal) {
            publicKey = hexadecimal == null ? null : key(hexadecimal);
            return this;
        }

        private static byte[] key(String hexadecimal) {
            if (!KEY.matcher(hexadecimal).matches()) {
                throw new DcmException(
                        Code.CALL_ARGUMENT, "publicKey is '" + hexadecimal + "'; it must be 64 hexadecimal digits");
            }
            byte[] key = new byte[hexadecimal.length() / 2];
            for (int i = 0; i < key.length; ++i) {
                key[i] = (byte) Integer.parseInt(hexadecimal.substring(2 * i, 2 * i + 2), 16);
            }
            return key;
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
