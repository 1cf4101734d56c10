package org.dcmobile.demo;

import android.content.Context;
import android.os.Bundle;
import android.view.View;
import android.widget.ArrayAdapter;
import android.widget.Button;
import android.widget.ProgressBar;
import android.widget.RadioButton;
import android.widget.RadioGroup;
import android.widget.Spinner;
import android.widget.TextView;
import java.util.ArrayList;
import java.util.List;
import org.dcmobile.demo.measure.BenchmarkSettings;

/** What is measured, and how often; the progress; the result. */
final class BenchmarkScreen extends Screen implements Observed.Observer<BenchmarkJob.State>, View.OnClickListener {
    private static final String MODEL = "model";
    private static final String DEVICE = "device";
    private static final String THREADS = "threads";
    private static final String WARM_UP = "warm_up";
    private static final String RUNS = "runs";
    private static final int[] THREAD_CHOICES = {1, 2, 3, 4, 6, 8};
    private static final int[] WARM_UP_CHOICES = {0, 5, 10, 20, 50};
    private static final int[] RUN_CHOICES = {10, 20, 50, 100, 200, 500, 1000};
    private static final String CPU = "cpu";
    private static final String GPU = "vulkan";

    private final BenchmarkJob job;
    private final MainActivity activity;
    private final Context context;
    private final BenchmarkResultView result;
    private final Spinner models;
    private final RadioGroup device;
    private final Stepper threads;
    private final Stepper warmUp;
    private final Stepper runs;
    private final Button start;
    private int savedModel;

    BenchmarkScreen(View root, BenchmarkJob job, MainActivity activity, Bundle saved) {
        super(root);
        this.job = job;
        this.activity = activity;
        context = root.getContext();
        result = new BenchmarkResultView(root);
        models = (Spinner) root.findViewById(R.id.benchmark_model);
        Bundle settings = saved == null ? new Bundle() : saved;
        savedModel = settings.getInt(MODEL);
        device = (RadioGroup) root.findViewById(R.id.benchmark_device);
        List<String> devices = BenchmarkJob.devices();
        RadioButton gpu = (RadioButton) root.findViewById(R.id.device_gpu);
        gpu.setEnabled(devices.contains(GPU));
        show(root.findViewById(R.id.device_none), !devices.contains(GPU));
        boolean onGpu = devices.contains(GPU) && GPU.equals(settings.getString(DEVICE));
        device.check(onGpu ? R.id.device_gpu : R.id.device_cpu);
        int oldThreads = settings.getInt(THREADS, 1);
        threads = stepper(R.id.benchmark_threads, R.string.benchmark_threads, THREAD_CHOICES, oldThreads);
        int oldWarmUp = settings.getInt(WARM_UP, 10);
        warmUp = stepper(R.id.benchmark_warm_up, R.string.benchmark_warm_up, WARM_UP_CHOICES, oldWarmUp);
        runs = stepper(R.id.benchmark_runs, R.string.benchmark_runs, RUN_CHOICES, settings.getInt(RUNS, 50));
        start = (Button) root.findViewById(R.id.benchmark_start);
        start.setOnClickListener(this);
        root.findViewById(R.id.benchmark_share).setOnClickListener(this);
    }

    private Stepper stepper(int row, int label, int[] choices, int chosen) {
        return new Stepper(root.findViewById(row), label, choices, chosen);
    }

    @Override
    void start() {
        job.state().watch(this);
    }

    @Override
    void stop() {
        job.state().stop(this);
    }

    @Override
    void save(Bundle state) {
        state.putInt(MODEL, models.getAdapter() == null ? savedModel : models.getSelectedItemPosition());
        state.putString(DEVICE, chosenDevice());
        state.putInt(THREADS, threads.value());
        state.putInt(WARM_UP, warmUp.value());
        state.putInt(RUNS, runs.value());
    }

    @Override
    public void onClick(View view) {
        BenchmarkJob.State state = job.state().get();
        if (view == start && state.working) {
            job.cancel();
        } else if (view == start) {
            BundledModel model = state.models.get(models.getSelectedItemPosition());
            job.start(
                    model,
                    new BenchmarkSettings(model.name(), threads.value(), chosenDevice(), warmUp.value(), runs.value()));
        } else if (state.json != null) {
            String subject = context.getString(R.string.share_subject, state.result.settings.model);
            activity.shareText(subject, state.json);
        }
    }

    @Override
    public void changed(BenchmarkJob.State state) {
        if (models.getAdapter() == null && state.models != null) {
            listModels(state.models);
        }
        models.setEnabled(!state.working);
        device.findViewById(R.id.device_cpu).setEnabled(!state.working);
        device.findViewById(R.id.device_gpu).setEnabled(!state.working && BenchmarkJob.devices().contains(GPU));
        threads.setEnabled(!state.working);
        warmUp.setEnabled(!state.working);
        runs.setEnabled(!state.working);
        start.setEnabled(state.models != null && !state.models.isEmpty());
        start.setText(state.working ? R.string.cancel : R.string.benchmark_start);

        ProgressBar progress = (ProgressBar) root.findViewById(R.id.benchmark_progress);
        show(progress, state.working);
        progress.setMax(state.total);
        progress.setProgress(state.done);
        TextView status = (TextView) root.findViewById(R.id.benchmark_status);
        show(status, state.working || state.cancelled);
        status.setText(state.working
                ? context.getString(R.string.benchmark_progress, state.done, state.total)
                : context.getString(R.string.benchmark_cancelled));

        TextView problem = (TextView) root.findViewById(R.id.benchmark_problem);
        show(problem, state.problem != null);
        if (state.problem != null) {
            problem.setText(state.problem.in(context));
        }
        show(root.findViewById(R.id.benchmark_result), state.result != null);
        if (state.result != null) {
            result.show(state.result);
        }
    }

    private void listModels(List<BundledModel> bundled) {
        Wording wording = new Wording(context);
        List<String> names = new ArrayList<String>();
        for (BundledModel model : bundled) {
            names.add(context.getString(R.string.benchmark_model_size, model.name(), wording.bytes(model.bytes)));
        }
        models.setAdapter(new ArrayAdapter<String>(context, R.layout.model_item, names));
        models.setSelection(Math.min(savedModel, names.size() - 1));
    }

    private String chosenDevice() {
        return device.getCheckedRadioButtonId() == R.id.device_gpu ? GPU : CPU;
    }
}
