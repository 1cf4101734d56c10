package org.dcmobile.demo;

import android.app.Activity;
import android.content.ActivityNotFoundException;
import android.content.ClipData;
import android.content.Intent;
import android.os.Bundle;
import android.provider.MediaStore;
import android.view.View;
import android.widget.Toast;

/** The window: three screens, of which one shows, and the way to other apps and back. */
public final class MainActivity extends Activity {
    private static final int CHOOSE = 1;
    private static final int SHOOT = 2;
    private static final String TAB = "tab";
    private static final String HAS_PICTURE = "has_picture";
    private static final int[] TABS = {R.id.tab_classify, R.id.tab_compare, R.id.tab_benchmark};

    private Screen[] screens;
    private int tab;

    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        setContentView(R.layout.main);
        DemoApplication app = (DemoApplication) getApplication();
        screens = new Screen[] {
            new ClassifyScreen(findViewById(R.id.screen_classify), app.classification(), this),
            new CompareScreen(findViewById(R.id.screen_compare), app.comparison(), app.classification()),
            new BenchmarkScreen(findViewById(R.id.screen_benchmark), app.benchmark(), this, saved),
        };
        for (int i = 0; i < TABS.length; ++i) {
            final int each = i;
            findViewById(TABS[i]).setOnClickListener(new View.OnClickListener() {
                @Override
                public void onClick(View view) {
                    select(each);
                }
            });
        }
        if (saved != null && saved.getBoolean(HAS_PICTURE)) {
            app.classification().restore();
        }
        select(saved == null ? 0 : saved.getInt(TAB));
    }

    @Override
    protected void onStart() {
        super.onStart();
        for (Screen screen : screens) {
            screen.start();
        }
    }

    @Override
    protected void onStop() {
        for (Screen screen : screens) {
            screen.stop();
        }
        super.onStop();
    }

    @Override
    protected void onSaveInstanceState(Bundle state) {
        super.onSaveInstanceState(state);
        state.putInt(TAB, tab);
        state.putBoolean(HAS_PICTURE, classification().state().get().picture != null);
        for (Screen screen : screens) {
            screen.save(state);
        }
    }

    @Override
    protected void onActivityResult(int request, int result, Intent data) {
        super.onActivityResult(request, result, data);
        if (result == RESULT_OK && request == SHOOT) {
            classification().takeShot();
        } else if (result == RESULT_OK && request == CHOOSE && data != null && data.getData() != null) {
            classification().choose(data.getData());
        }
    }

    /** Lets the user choose a picture, by any app that has some; no permission is needed for what is chosen. */
    void choosePicture() {
        Intent intent = new Intent(Intent.ACTION_GET_CONTENT)
                .addCategory(Intent.CATEGORY_OPENABLE)
                .setType("image/*");
        startOther(intent, CHOOSE, R.string.problem_no_picker);
    }

    /** Lets the camera app take one, which it writes where this app lets it; that needs no permission either. */
    void shootPicture() {
        Intent intent = new Intent(MediaStore.ACTION_IMAGE_CAPTURE)
                .putExtra(MediaStore.EXTRA_OUTPUT, ShotProvider.PHOTO)
                .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION | Intent.FLAG_GRANT_WRITE_URI_PERMISSION);
        intent.setClipData(ClipData.newRawUri("", ShotProvider.PHOTO));
        startOther(intent, SHOOT, R.string.problem_no_camera);
    }

    void shareText(String subject, String text) {
        Intent intent = new Intent(Intent.ACTION_SEND)
                .setType("text/plain")
                .putExtra(Intent.EXTRA_SUBJECT, subject)
                .putExtra(Intent.EXTRA_TEXT, text);
        Intent chooser = Intent.createChooser(intent, getString(R.string.share_title));
        try {
            startActivity(chooser);
        } catch (ActivityNotFoundException none) {
            tell(R.string.problem_no_share);
        }
    }

    private Classification classification() {
        return ((DemoApplication) getApplication()).classification();
    }

    private void startOther(Intent intent, int request, int problem) {
        try {
            startActivityForResult(intent, request);
        } catch (ActivityNotFoundException none) {
            tell(problem);
        }
    }

    private void tell(int text) {
        Toast.makeText(this, text, Toast.LENGTH_LONG).show();
    }

    private void select(int selected) {
        tab = selected;
        for (int i = 0; i < screens.length; ++i) {
            Screen.show(screens[i].root, i == selected);
            findViewById(TABS[i]).setSelected(i == selected);
        }
    }
}
