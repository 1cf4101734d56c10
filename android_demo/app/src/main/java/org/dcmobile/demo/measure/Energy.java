package org.dcmobile.demo.measure;

/**
 * The energy that the whole device took from its battery while a network ran, screen and all. From the best that the
 * device gives: its energy counter, its charge counter, or else the current at every reading.
 */
public final class Energy {
    /** Where the figure comes from, or why there is none. */
    public enum Source {
        ENERGY_COUNTER("energy counter"),
        CHARGE_COUNTER("charge counter"),
        CURRENT("current"),
        PLUGGED_IN("the device is plugged in"),
        NOT_GIVEN("the device tells no energy, charge or current");

        /** For the JSON report, which is in English wherever the device is. */
        public final String text;

        Source(String text) {
            this.text = text;
        }
    }

    public final Source source;

    /** 0 where there is no figure. */
    public final double joules;

    private Energy(Source source, double joules) {
        this.source = source;
        this.joules = joules;
    }

    public boolean isKnown() {
        return source != Source.PLUGGED_IN && source != Source.NOT_GIVEN;
    }

    /** Sums up readings between the first and the last. */
    public static final class Meter {
        private static final double JOULES_PER_NANOWATT_HOUR = 3.6e-6;
        private static final double COULOMBS_PER_MICROAMPERE_HOUR = 3.6e-3;

        private BatteryReading first;
        private BatteryReading last;
        private long lastNs;
        private double fromCurrent;
        private boolean plugged;
        private boolean currentGiven = true;

        /**
         * @param ns when it was read, on the clock of the measurement
         */
        public void add(BatteryReading reading, long ns) {
            plugged |= reading.pluggedIn;
            currentGiven &= isGiven(reading.currentUa) && reading.currentUa != 0 && isGiven(reading.voltageMv);
            if (first == null) {
                first = reading;
            } else if (currentGiven) {
                // The current may have been that of either reading, or any between: their mean.
                fromCurrent += (watts(last) + watts(reading)) / 2 * (ns - lastNs) * 1e-9;
            }
            last = reading;
            lastNs = ns;
        }

        public Energy result() {
            if (first == null || first == last) {
                return new Energy(Source.NOT_GIVEN, 0);
            }
            if (plugged) {
                return new Energy(Source.PLUGGED_IN, 0);
            }
            if (isGiven(first.energyNwh) && isGiven(last.energyNwh) && first.energyNwh > last.energyNwh) {
                double joules = (first.energyNwh - last.energyNwh) * JOULES_PER_NANOWATT_HOUR;
                return new Energy(Source.ENERGY_COUNTER, joules);
            }
            // A counter that has not moved is too coarse for this measurement.
            boolean charge = isGiven(first.chargeUah) && isGiven(last.chargeUah) && first.chargeUah > last.chargeUah;
            if (charge && isGiven(first.voltageMv) && isGiven(last.voltageMv)) {
                double coulombs = (first.chargeUah - last.chargeUah) * COULOMBS_PER_MICROAMPERE_HOUR;
                double volts = (first.voltageMv + last.voltageMv) / 2e3;
                return new Energy(Source.CHARGE_COUNTER, coulombs * volts);
            }
            return currentGiven ? new Energy(Source.CURRENT, fromCurrent) : new Energy(Source.NOT_GIVEN, 0);
        }

        private static boolean isGiven(long figure) {
            // Some devices say 0 or the smallest int for what they do not have.
            return figure != BatteryReading.NOT_GIVEN && figure != Integer.MIN_VALUE;
        }

        private static double watts(BatteryReading reading) {
            return Math.abs(reading.currentUa) * 1e-6 * reading.voltageMv * 1e-3;
        }
    }
}
