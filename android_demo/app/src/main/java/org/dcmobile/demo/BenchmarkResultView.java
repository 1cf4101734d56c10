package org.dcmobile.demo;

import android.content.Context;
import android.view.View;
import android.widget.TextView;
import org.dcmobile.demo.measure.BenchmarkResult;
import org.dcmobile.demo.measure.Energy;
import org.dcmobile.demo.measure.Latency;
import org.dcmobile.demo.measure.LoadFigures;
import org.dcmobile.demo.view.RunTimesView;
import org.dcmobile.demo.view.SplitBarView;

/** A benchmark's result in the cards of its screen. */
final class BenchmarkResultView {
    private final View root;
    private final Context context;
    private final Wording wording;

    BenchmarkResultView(View root) {
        this.root = root;
        context = root.getContext();
        wording = new Wording(context);
    }

    void show(BenchmarkResult result) {
        Latency latency = result.latency;
        setText(R.id.result_median, wording.time(latency.median));
        setText(R.id.result_median_of, context.getString(R.string.benchmark_median, latency.runs));
        RunTimesView chart = (RunTimesView) root.findViewById(R.id.result_chart);
        chart.setLatency(latency);
        chart.setContentDescription(context.getString(
                R.string.benchmark_chart, latency.runs, wording.time(latency.min), wording.time(latency.max)));
        row(R.id.result_min, R.string.benchmark_min, wording.time(latency.min));
        row(R.id.result_p90, R.string.benchmark_p90, wording.time(latency.p90));
        row(R.id.result_p99, R.string.benchmark_p99, wording.time(latency.p99));
        row(R.id.result_max, R.string.benchmark_max, wording.time(latency.max));
        row(R.id.result_first, R.string.benchmark_first, wording.time(result.firstRunNs));
        showLoad(result);
        row(R.id.result_weights, R.string.memory_weights, wording.bytes(result.load.weightBytes));
        row(R.id.result_arena, R.string.memory_arena, wording.bytes(result.load.arenaBytes));
        row(R.id.result_peak, R.string.memory_peak, wording.bytes(result.memoryAtEnd.peakResident));
        showEnergy(result.energy, latency.runs);
    }

    private void showLoad(BenchmarkResult result) {
        LoadFigures load = result.load;
        setText(R.id.result_load, context.getString(R.string.benchmark_load, wording.time(result.openNs)));
        ((SplitBarView) root.findViewById(R.id.result_load_split))
                .setParts(load.mapNs, load.verifyNs, load.decodeNs, load.planNs);
        setText(R.id.result_load_map, context.getString(R.string.load_map, wording.time(load.mapNs)));
        setText(R.id.result_load_verify, context.getString(R.string.load_verify, wording.time(load.verifyNs)));
        setText(R.id.result_load_decode, context.getString(R.string.load_decode, wording.time(load.decodeNs)));
        setText(R.id.result_load_plan, context.getString(R.string.load_plan, wording.time(load.planNs)));
    }

    private void showEnergy(Energy energy, int runs) {
        View figure = root.findViewById(R.id.result_energy);
        Screen.show(figure, energy.isKnown());
        setText(
                R.id.result_energy,
                context.getString(R.string.energy_run, wording.energy(energy.joules / runs)));
        setText(R.id.result_energy_source, context.getString(source(energy.source)));
    }

    private static int source(Energy.Source source) {
        switch (source) {
            case ENERGY_COUNTER:
                return R.string.energy_counter;
            case CHARGE_COUNTER:
                return R.string.energy_charge;
            case CURRENT:
                return R.string.energy_current;
            case PLUGGED_IN:
                return R.string.energy_plugged;
            default:
                return R.string.energy_none;
        }
    }

    private void row(int id, int label, String value) {
        View row = root.findViewById(id);
        ((TextView) row.findViewById(R.id.figure_label)).setText(label);
        ((TextView) row.findViewById(R.id.figure_value)).setText(value);
    }

    private void setText(int id, String text) {
        ((TextView) root.findViewById(id)).setText(text);
    }
}
