package org.dcmobile.demo.measure;

import java.util.Locale;

/** A number as people read it: three digits that count, and the unit that suits. */
public final class Quantity {
    /** The unit's name is for the app to say. */
    public enum Unit {
        BYTE,
        KILOBYTE,
        MEGABYTE,
        GIGABYTE,
        MICROSECOND,
        MILLISECOND,
        SECOND,
        MICROJOULE,
        MILLIJOULE,
        JOULE
    }

    public final String number;
    public final Unit unit;

    private Quantity(double value, Unit unit, boolean whole, Locale locale) {
        this.number = whole ? String.format(locale, "%d", (long) value) : digits(value, locale);
        this.unit = unit;
    }

    /** Of powers of 1000, as the command line shows sizes. */
    public static Quantity ofBytes(long bytes, Locale locale) {
        if (bytes < 1000) {
            return new Quantity(bytes, Unit.BYTE, true, locale);
        }
        if (bytes < 999_500) {
            return new Quantity(bytes / 1e3, Unit.KILOBYTE, false, locale);
        }
        if (bytes < 999_500_000L) {
            return new Quantity(bytes / 1e6, Unit.MEGABYTE, false, locale);
        }
        return new Quantity(bytes / 1e9, Unit.GIGABYTE, false, locale);
    }

    public static Quantity ofNanoseconds(double ns, Locale locale) {
        if (ns < 999_500) {
            return new Quantity(ns / 1e3, Unit.MICROSECOND, false, locale);
        }
        if (ns < 999_500_000L) {
            return new Quantity(ns / 1e6, Unit.MILLISECOND, false, locale);
        }
        return new Quantity(ns / 1e9, Unit.SECOND, false, locale);
    }

    public static Quantity ofJoules(double joules, Locale locale) {
        if (joules < 0.9995e-3) {
            return new Quantity(joules * 1e6, Unit.MICROJOULE, false, locale);
        }
        if (joules < 0.9995) {
            return new Quantity(joules * 1e3, Unit.MILLIJOULE, false, locale);
        }
        return new Quantity(joules, Unit.JOULE, false, locale);
    }

    /** How many times one is the other, e.g. 6.4. */
    public static String ratio(double one, double other, Locale locale) {
        return digits(one / other, locale);
    }

    private static String digits(double value, Locale locale) {
        double size = Math.abs(value);
        return String.format(locale, size < 9.995 ? "%.2f" : size < 99.95 ? "%.1f" : "%.0f", value);
    }
}
