package org.dcmobile.demo.measure;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.fail;

import java.util.concurrent.CancellationException;
import org.junit.Test;

public class ComparisonTest {
    private final FakeMachine machine = new FakeMachine();

    @Test
    public void theTwoTakeTurnsAndEachHasItsTimes() {
        FakeMachine.FakeNetwork one = machine.new FakeNetwork(10);
        FakeMachine.FakeNetwork other = machine.new FakeNetwork(70);
        Comparison comparison = Comparison.run(one, other, 8, machine, new FakeMachine.Patience(999));
        assertEquals(8, comparison.one.latency.runs);
        assertEquals(10, comparison.one.latency.max);
        assertEquals(70, comparison.other.latency.min);
        assertEquals(8 + Comparison.WARM_UP_RUNS, other.runs);
        assertEquals(1 + 2 + 3 + 4, comparison.one.loadNs());
        assertEquals(600 + 700, comparison.other.memoryBytes());
        assertEquals(1, one.closed);
        assertEquals(1, other.closed);
    }

    @Test
    public void closesBothWhenItIsCancelled() {
        FakeMachine.FakeNetwork one = machine.new FakeNetwork(10);
        FakeMachine.FakeNetwork other = machine.new FakeNetwork(70);
        try {
            Comparison.run(one, other, 8, machine, new FakeMachine.Patience(3));
            fail("goes on");
        } catch (CancellationException expected) {
            assertEquals(3, other.runs);
            assertEquals(1, one.closed);
            assertEquals(1, other.closed);
        }
    }

    @Test
    public void closesTheFirstIfTheSecondDoesNotOpen() {
        FakeMachine.FakeNetwork one = machine.new FakeNetwork(10);
        Network.Source broken = new Network.Source() {
            @Override
            public Network open() {
                throw new IllegalStateException("no such file");
            }
        };
        try {
            Comparison.run(one, broken, 8, machine, new FakeMachine.Patience(99));
            fail("goes on");
        } catch (IllegalStateException expected) {
            assertEquals(1, one.closed);
        }
    }
}
