package org.dcmobile.demo;

import android.content.Context;
import android.view.View;
import android.widget.Button;
import android.widget.ProgressBar;
import android.widget.TextView;
import org.dcmobile.demo.classes.Score;
import org.dcmobile.demo.measure.Comparison;
import org.dcmobile.demo.view.BarView;

/** The compressed network beside the uncompressed one. */
final class CompareScreen extends Screen implements Observed.Observer<ComparisonJob.State>, View.OnClickListener {
    private final ComparisonJob job;
    private final Classification classification;
    private final Context context;
    private final Wording wording;
    private final Button start;

    CompareScreen(View root, ComparisonJob job, Classification classification) {
        super(root);
        this.job = job;
        this.classification = classification;
        context = root.getContext();
        wording = new Wording(context);
        start = (Button) root.findViewById(R.id.compare_start);
        start.setOnClickListener(this);
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
    public void onClick(View view) {
        if (job.state().get().working) {
            job.cancel();
        } else {
            job.start(classification.state().get().picture);
        }
    }

    @Override
    public void changed(ComparisonJob.State state) {
        boolean known = state.oneBytes > 0;
        setText(R.id.compare_smaller, known
                ? context.getString(R.string.compare_smaller, wording.ratio(state.otherBytes, state.oneBytes))
                : context.getString(R.string.unknown));
        setText(R.id.compare_smaller_file, known
                ? context.getString(
                        R.string.compare_smaller_file,
                        wording.bytes(state.oneBytes),
                        wording.bytes(state.otherBytes))
                : "");
        start.setEnabled(known);
        start.setText(state.working
                ? R.string.cancel
                : state.comparison == null ? R.string.compare_start : R.string.compare_again);
        ProgressBar progress = (ProgressBar) root.findViewById(R.id.compare_progress);
        show(progress, state.working);
        progress.setMax(state.total);
        progress.setProgress(state.done);

        show(root.findViewById(R.id.compare_problem), state.problem != null);
        if (state.problem != null) {
            setText(R.id.compare_problem, state.problem.in(context));
        }
        View result = root.findViewById(R.id.compare_result);
        show(result, state.comparison != null);
        result.setAlpha(state.working ? 0.4f : 1);
        show(root.findViewById(R.id.compare_best), state.comparison != null);
        if (state.comparison != null) {
            showComparison(state);
        }
    }

    private void showComparison(ComparisonJob.State state) {
        Comparison.Side one = state.comparison.one;
        Comparison.Side other = state.comparison.other;
        showBytes(R.id.compare_file, R.string.compare_file, one.load.fileBytes, other.load.fileBytes);
        showTimes(R.id.compare_load, R.string.compare_load, one.loadNs(), other.loadNs());
        showTimes(R.id.compare_median, R.string.compare_median, one.latency.median, other.latency.median);
        showTimes(R.id.compare_p90, R.string.compare_p90, one.latency.p90, other.latency.p90);
        showBytes(R.id.compare_memory, R.string.compare_memory, one.memoryBytes(), other.memoryBytes());
        setText(R.id.compare_runs, context.getString(R.string.compare_runs, one.latency.runs));
        setText(R.id.compare_best_one, best(state.oneBest));
        setText(R.id.compare_best_other, best(state.otherBest));
    }

    private String best(Score score) {
        if (score == null) {
            return context.getString(R.string.compare_noise);
        }
        return context.getString(R.string.compare_best_of, wording.label(score), wording.percent(score.probability));
    }

    private void showBytes(int row, int title, long one, long other) {
        showRow(row, title, one, other, wording.bytes(one), wording.bytes(other));
    }

    private void showTimes(int row, int title, long one, long other) {
        showRow(row, title, one, other, wording.time(one), wording.time(other));
    }

    private void showRow(int id, int title, double one, double other, String oneText, String otherText) {
        View row = root.findViewById(id);
        double most = Math.max(Math.max(one, other), 1);
        ((TextView) row.findViewById(R.id.comparison_title)).setText(title);
        ((TextView) row.findViewById(R.id.comparison_one)).setText(oneText);
        ((TextView) row.findViewById(R.id.comparison_other)).setText(otherText);
        ((BarView) row.findViewById(R.id.comparison_one_bar)).setShare(one / most);
        ((BarView) row.findViewById(R.id.comparison_other_bar)).setShare(other / most);
        row.setContentDescription(
                context.getString(R.string.compare_description, context.getString(title), oneText, otherText));
    }

    private void setText(int id, String text) {
        ((TextView) root.findViewById(id)).setText(text);
    }
}
