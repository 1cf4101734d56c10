package org.dcmobile.demo.measure;

import static org.junit.Assert.assertEquals;

import java.util.Locale;
import org.junit.Test;

public class FiguresTest {
    @Test
    public void percentilesAreMeasuredValues() { // as in runtime/bench/tests/latency_test.cc
        long[] times = new long[100];
        for (int i = 0; i < times.length; ++i) {
            times[i] = 100 - i;
        }
        Latency latency = new Latency(times);
        assertEquals(1, latency.min);
        assertEquals(50, latency.median);
        assertEquals(90, latency.p90);
        assertEquals(99, latency.p99);
        assertEquals(100, latency.max);
        assertEquals(50.5, latency.mean, 1e-12);
        assertEquals(Math.sqrt(9999 / 12.0), latency.deviation, 1e-12);
        assertEquals(100, latency.times()[0]);
        assertEquals(7, new Latency(new long[] {7}).p90);
        assertEquals(2, new Latency(new long[] {3, 1, 2}).median);
    }

    @Test(expected = IllegalArgumentException.class)
    public void noRunsHaveNoPercentiles() {
        new Latency(new long[0]);
    }

    @Test
    public void quantitiesHaveThreeDigitsAndAUnitThatSuits() {
        assertEquals("999 BYTE", text(Quantity.ofBytes(999, Locale.US)));
        assertEquals("1.00 KILOBYTE", text(Quantity.ofBytes(1000, Locale.US)));
        assertEquals("999 KILOBYTE", text(Quantity.ofBytes(999_499, Locale.US)));
        assertEquals("1.00 MEGABYTE", text(Quantity.ofBytes(999_500, Locale.US)));
        assertEquals("2.18 MEGABYTE", text(Quantity.ofBytes(2_176_112, Locale.US)));
        assertEquals("14,0 MEGABYTE", text(Quantity.ofBytes(13_980_864, Locale.GERMANY)));
        assertEquals("4.29 GIGABYTE", text(Quantity.ofBytes(1L << 32, Locale.US)));
        assertEquals("42.3 MICROSECOND", text(Quantity.ofNanoseconds(42_333, Locale.US)));
        assertEquals("1.00 MILLISECOND", text(Quantity.ofNanoseconds(999_999, Locale.US)));
        assertEquals("19.7 MILLISECOND", text(Quantity.ofNanoseconds(19_700_213, Locale.US)));
        assertEquals("1.50 SECOND", text(Quantity.ofNanoseconds(1.5e9, Locale.US)));
        assertEquals("12.0 MILLIJOULE", text(Quantity.ofJoules(0.012, Locale.US)));
        assertEquals("500 MICROJOULE", text(Quantity.ofJoules(0.0005, Locale.US)));
        assertEquals("6.42", Quantity.ratio(13_980_864, 2_176_112, Locale.US));
    }

    @Test
    public void memoryIsWhatTheKernelSays() {
        ProcessMemory memory = ProcessMemory.parse("Name:\tdemo\nVmHWM:\t  45678 kB\nVmRSS:\t   12345 kB\nThreads:\t3\n");
        assertEquals(12345L * 1024, memory.resident);
        assertEquals(45678L * 1024, memory.peakResident);
        assertEquals(-1, ProcessMemory.parse("").resident);
        assertEquals(-1, ProcessMemory.parse("VmRSS: much kB\nVmHWM: 99999999999999999999 kB").peakResident);
    }

    private static String text(Quantity quantity) {
        return quantity.number + " " + quantity.unit;
    }
}
