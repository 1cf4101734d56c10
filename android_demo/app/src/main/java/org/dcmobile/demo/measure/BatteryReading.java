package org.dcmobile.demo.measure;

/** What the battery says at a moment. Devices give some of these, few give all. */
public final class BatteryReading {
    /** Stands for a figure that the device does not give. */
    public static final long NOT_GIVEN = Long.MIN_VALUE;

    public final boolean pluggedIn;

    /** Energy left, nanowatt-hours. */
    public final long energyNwh;

    /** Charge left, microampere-hours. */
    public final long chargeUah;

    /** Current, microamperes; devices differ in the sign. */
    public final long currentUa;

    /** Millivolts. */
    public final long voltageMv;

    public BatteryReading(boolean pluggedIn, long energyNwh, long chargeUah, long currentUa, long voltageMv) {
        this.pluggedIn = pluggedIn;
        this.energyNwh = energyNwh;
        this.chargeUah = chargeUah;
        this.currentUa = currentUa;
        this.voltageMv = voltageMv;
    }
}
