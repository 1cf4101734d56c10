package org.dcmobile.demo.measure;

/** What a measurement asks of the machine it runs on. */
public interface Machine {
    /** Nanoseconds of a clock that only goes forward. */
    long nanos();

    ProcessMemory memory();

    BatteryReading battery();
}
