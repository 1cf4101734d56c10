package org.dcmobile.demo.measure;

/** A machine whose clock moves only when a network runs on it. */
final class FakeMachine implements Machine {
    long now = 1_000_000;
    long chargeUah = 3_000_000;
    boolean pluggedIn;
    int batteryReadings;

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public ProcessMemory memory() {
        return new ProcessMemory(now, 2 * now);
    }

    @Override
    public BatteryReading battery() {
        ++batteryReadings;
        return new BatteryReading(
                pluggedIn, BatteryReading.NOT_GIVEN, chargeUah, BatteryReading.NOT_GIVEN, 4000);
    }

    /** A network whose runs take these times, over and over. */
    final class FakeNetwork implements Network, Network.Source {
        private final long[] times;
        int runs;
        int opened;
        int closed;
        int failingRun = -1;

        FakeNetwork(long... times) {
            this.times = times;
        }

        @Override
        public Network open() {
            ++opened;
            now += 5_000;
            return this;
        }

        @Override
        public void run() {
            if (runs == failingRun) {
                throw new IllegalStateException("this run fails");
            }
            now += times[runs++ % times.length];
            chargeUah -= 1;
        }

        @Override
        public LoadFigures load() {
            return new LoadFigures(1, 2, 3, 4, 500, 600, runs == 0 ? 0 : 700);
        }

        @Override
        public void close() {
            ++closed;
        }
    }

    /** Goes on for so many steps. */
    static final class Patience implements Progress {
        private final int steps;
        int done;
        int total;

        Patience(int steps) {
            this.steps = steps;
        }

        @Override
        public boolean step(int done, int total) {
            this.done = done;
            this.total = total;
            return done < steps;
        }
    }
}
