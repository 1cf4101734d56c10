package org.dcmobile.demo;

import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.os.BatteryManager;
import android.os.Build;
import android.os.SystemClock;
import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import org.dcmobile.demo.measure.BatteryReading;
import org.dcmobile.demo.measure.BenchmarkReport;
import org.dcmobile.demo.measure.Machine;
import org.dcmobile.demo.measure.ProcessMemory;

/** This phone. */
final class AndroidMachine implements Machine {
    private final Context context;
    private final BatteryManager battery;

    AndroidMachine(Context context) {
        this.context = context;
        battery = (BatteryManager) context.getSystemService(Context.BATTERY_SERVICE);
    }

    @Override
    public long nanos() {
        return SystemClock.elapsedRealtimeNanos();
    }

    @Override
    public ProcessMemory memory() {
        StringBuilder status = new StringBuilder();
        try (BufferedReader reader = new BufferedReader(new FileReader("/proc/self/status"))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                status.append(line).append('\n');
            }
        } catch (IOException unknown) {
            // Then what was read is parsed, and the rest is not known.
        }
        return ProcessMemory.parse(status.toString());
    }

    @Override
    public BatteryReading battery() {
        // The last state that the system sent round; nobody is registered.
        Intent state = context.registerReceiver(null, new IntentFilter(Intent.ACTION_BATTERY_CHANGED));
        boolean plugged = state != null && state.getIntExtra(BatteryManager.EXTRA_PLUGGED, 0) != 0;
        int voltage = state == null ? 0 : state.getIntExtra(BatteryManager.EXTRA_VOLTAGE, 0);
        return new BatteryReading(
                plugged,
                battery.getLongProperty(BatteryManager.BATTERY_PROPERTY_ENERGY_COUNTER),
                battery.getLongProperty(BatteryManager.BATTERY_PROPERTY_CHARGE_COUNTER),
                battery.getLongProperty(BatteryManager.BATTERY_PROPERTY_CURRENT_NOW),
                voltage > 0 ? voltage : BatteryReading.NOT_GIVEN);
    }

    static BenchmarkReport.Device device() {
        return new BenchmarkReport.Device(
                Build.MANUFACTURER + " " + Build.MODEL,
                Build.VERSION.RELEASE,
                Build.SUPPORTED_ABIS[0],
                Runtime.getRuntime().availableProcessors());
    }
}
