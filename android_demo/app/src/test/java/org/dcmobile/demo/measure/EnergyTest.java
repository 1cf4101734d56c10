package org.dcmobile.demo.measure;

import static org.junit.Assert.assertEquals;

import org.junit.Test;

public class EnergyTest {
    private static final long NO = BatteryReading.NOT_GIVEN;
    private static final long SECOND = 1_000_000_000L;

    @Test
    public void takesTheEnergyCounterFirst() {
        Energy energy = sum(reading(5_000_000, 100, -200_000), reading(4_000_000, 90, -200_000));
        assertEquals(Energy.Source.ENERGY_COUNTER, energy.source);
        assertEquals(3.6, energy.joules, 1e-12); // a milliwatt-hour
    }

    @Test
    public void takesTheChargeCounterIfTheEnergyIsNotGiven() {
        Energy energy = sum(reading(NO, 1000, NO), reading(NO, 990, NO));
        assertEquals(Energy.Source.CHARGE_COUNTER, energy.source);
        assertEquals(10 * 3.6e-3 * 4, energy.joules, 1e-12);
    }

    @Test
    public void takesTheCurrentIfNoCounterMoved() {
        Energy energy = sum(reading(7, 1000, -100_000), reading(7, 1000, -300_000), reading(7, 1000, -300_000));
        assertEquals(Energy.Source.CURRENT, energy.source);
        assertEquals(4 * 0.2 + 4 * 0.3, energy.joules, 1e-12); // a second each
    }

    @Test
    public void theSignOfTheCurrentIsTheDevices() {
        Energy one = sum(reading(NO, NO, 100_000), reading(NO, NO, 100_000));
        Energy other = sum(reading(NO, NO, -100_000), reading(NO, NO, -100_000));
        assertEquals(one.joules, other.joules, 0);
    }

    @Test
    public void saysSoWhenThereIsNothing() {
        assertEquals(Energy.Source.NOT_GIVEN, sum().source);
        assertEquals(Energy.Source.NOT_GIVEN, sum(reading(5, 5, 5)).source);
        assertEquals(Energy.Source.NOT_GIVEN, sum(reading(NO, NO, NO), reading(NO, NO, NO)).source);
        assertEquals(Energy.Source.NOT_GIVEN, sum(reading(NO, 0, 0), reading(NO, 0, 0)).source);
        assertEquals(
                Energy.Source.NOT_GIVEN, sum(reading(NO, NO, Integer.MIN_VALUE), reading(NO, NO, NO)).source);
    }

    @Test
    public void aDeviceThatWasPluggedInTellsNothing() {
        BatteryReading plugged = new BatteryReading(true, 5_000_000, 1000, -1, 4000);
        Energy energy = sum(reading(6_000_000, 1000, -1), plugged, reading(4_000_000, 990, -1));
        assertEquals(Energy.Source.PLUGGED_IN, energy.source);
        assertEquals(false, energy.isKnown());
    }

    private static BatteryReading reading(long energyNwh, long chargeUah, long currentUa) {
        return new BatteryReading(false, energyNwh, chargeUah, currentUa, 4000);
    }

    private static Energy sum(BatteryReading... readings) {
        Energy.Meter meter = new Energy.Meter();
        for (int i = 0; i < readings.length; ++i) {
            meter.add(readings[i], i * SECOND);
        }
        return meter.result();
    }
}
