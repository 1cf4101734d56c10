package org.dcmobile.demo;

import android.content.pm.PackageManager;
import android.view.View;
import android.view.ViewOutlineProvider;
import android.widget.ImageView;
import android.widget.TextView;
import org.dcmobile.demo.classes.Score;
import org.dcmobile.demo.view.BarView;

/** A picture and what the compressed network sees in it. */
final class ClassifyScreen extends Screen implements Observed.Observer<Classification.State>, View.OnClickListener {
    private static final int[] ROWS = {
        R.id.classify_score_1,
        R.id.classify_score_2,
        R.id.classify_score_3,
        R.id.classify_score_4,
        R.id.classify_score_5,
    };

    private final Classification job;
    private final MainActivity activity;
    private final Wording wording;
    private final ImageView picture;

    ClassifyScreen(View root, Classification job, MainActivity activity) {
        super(root);
        this.job = job;
        this.activity = activity;
        wording = new Wording(root.getContext());
        picture = (ImageView) root.findViewById(R.id.classify_picture);
        View frame = root.findViewById(R.id.classify_frame);
        frame.setOutlineProvider(ViewOutlineProvider.BACKGROUND);
        frame.setClipToOutline(true);
        for (int button : new int[] {R.id.classify_choose, R.id.classify_shoot, R.id.classify_sample}) {
            root.findViewById(button).setOnClickListener(this);
        }
        PackageManager packages = root.getContext().getPackageManager();
        boolean camera = packages.hasSystemFeature(PackageManager.FEATURE_CAMERA_ANY);
        show(root.findViewById(R.id.classify_shoot), camera);
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
        if (view.getId() == R.id.classify_choose) {
            activity.choosePicture();
        } else if (view.getId() == R.id.classify_shoot) {
            activity.shootPicture();
        } else {
            job.takeSample();
        }
    }

    @Override
    public void changed(Classification.State state) {
        TextView network = (TextView) root.findViewById(R.id.classify_network);
        show(network, state.modelBytes > 0);
        String name = root.getContext().getString(R.string.network_name);
        network.setText(
                root.getContext().getString(R.string.classify_network, name, wording.bytes(state.modelBytes)));

        picture.setImageBitmap(state.picture);
        show(picture, state.picture != null);
        show(root.findViewById(R.id.classify_empty), state.picture == null);
        show(root.findViewById(R.id.classify_sample), state.picture == null);
        show(root.findViewById(R.id.classify_progress), state.working);

        TextView problem = (TextView) root.findViewById(R.id.classify_problem);
        show(problem, state.problem != null);
        if (state.problem != null) {
            problem.setText(state.problem.in(root.getContext()));
        }
        View result = root.findViewById(R.id.classify_result);
        show(result, state.scores != null);
        result.setAlpha(state.working ? 0.4f : 1);
        if (state.scores == null) {
            return;
        }
        for (int i = 0; i < ROWS.length; ++i) {
            View row = root.findViewById(ROWS[i]);
            show(row, i < state.scores.size());
            if (i < state.scores.size()) {
                showScore(row, state.scores.get(i));
            }
        }
        TextView times = (TextView) root.findViewById(R.id.classify_times);
        times.setText(root.getContext()
                .getString(R.string.classify_times, wording.time(state.runNs), wording.time(state.prepareNs)));
    }

    private void showScore(View row, Score score) {
        String label = wording.label(score);
        String percent = wording.percent(score.probability);
        ((TextView) row.findViewById(R.id.score_label)).setText(label);
        ((TextView) row.findViewById(R.id.score_percent)).setText(percent);
        ((BarView) row.findViewById(R.id.score_bar)).setShare(score.probability);
        row.setContentDescription(row.getContext().getString(R.string.score_description, label, percent));
    }
}
