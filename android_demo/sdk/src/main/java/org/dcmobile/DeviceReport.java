package org.dcmobile;

import androidx.annotation.NonNull;

/** Where a model runs. Immutable. */
public final class DeviceReport {
    private final String device;
    private final String name;
    private final String fallback;
    private final long[] numbers;

    DeviceReport(@NonNull String device, @NonNull String name, @NonNull String fallback, @NonNull long[] numbers) {
        this.device = device;
        this.name = name;
        this.fallback = fallback;
        this.numbers = numbers;
    }

    /**
     * The device that runs it.
     *
     * @return "cpu", or what was asked for
     */
    @NonNull
    public String device() {
        return device;
    }

    /**
     * What the driver calls the device.
     *
     * @return "" for the CPU
     */
    @NonNull
    public String name() {
        return name;
    }

    /**
     * Why the CPU does it all although another device was asked for: there is none, it computes wrongly, it has no memory
     * left, or it is lost.
     *
     * @return "" if the device runs it, or if the CPU was asked for
     */
    @NonNull
    public String fallback() {
        return fallback;
    }

    /**
     * Operators that have something to compute.
     *
     * @return their number
     */
    public int operatorCount() {
        return (int) numbers[0];
    }

    /**
     * Operators that the device runs; the CPU runs the others.
     *
     * @return their number
     */
    public int placedCount() {
        return (int) numbers[1];
    }

    /**
     * The device's memory that the weights take.
     *
     * @return bytes
     */
    public long weightBytes() {
        return numbers[2];
    }

    /**
     * Opening the device and filling its memory.
     *
     * @return nanoseconds
     */
    public long openNs() {
        return numbers[3];
    }

    /**
     * The driver's making the shaders ready: little where an earlier start has left them.
     *
     * @return nanoseconds
     */
    public long compileNs() {
        return numbers[4];
    }

    /**
     * Comparing with the CPU those shaders that no earlier start has compared.
     *
     * @return nanoseconds
     */
    public long checkNs() {
        return numbers[5];
    }
}
