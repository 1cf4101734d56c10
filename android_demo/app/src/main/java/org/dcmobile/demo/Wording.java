package org.dcmobile.demo;

import android.content.Context;
import java.util.Locale;
import org.dcmobile.demo.classes.Score;
import org.dcmobile.demo.measure.Quantity;

/** Quantities and classes in the words of the screen's language. */
final class Wording {
    private static final int[] UNITS = {
        R.string.unit_byte,
        R.string.unit_kilobyte,
        R.string.unit_megabyte,
        R.string.unit_gigabyte,
        R.string.unit_microsecond,
        R.string.unit_millisecond,
        R.string.unit_second,
        R.string.unit_microjoule,
        R.string.unit_millijoule,
        R.string.unit_joule,
    };

    private final Context context;
    private final Locale locale;

    Wording(Context context) {
        this.context = context;
        locale = context.getResources().getConfiguration().locale;
    }

    /** -1 is not known. */
    String bytes(long bytes) {
        return bytes < 0 ? context.getString(R.string.unknown) : text(Quantity.ofBytes(bytes, locale));
    }

    String time(long ns) {
        return text(Quantity.ofNanoseconds(ns, locale));
    }

    String energy(double joules) {
        return text(Quantity.ofJoules(joules, locale));
    }

    String ratio(double one, double other) {
        return Quantity.ratio(one, other, locale);
    }

    String percent(double share) {
        return context.getString(R.string.percent, String.format(locale, "%.1f", 100 * share));
    }

    String label(Score score) {
        return score.label == null ? context.getString(R.string.class_number, score.index) : score.label;
    }

    private String text(Quantity quantity) {
        return context.getString(UNITS[quantity.unit.ordinal()], quantity.number);
    }
}
