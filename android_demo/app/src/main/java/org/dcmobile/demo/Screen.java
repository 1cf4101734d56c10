package org.dcmobile.demo;

import android.os.Bundle;
import android.view.View;

/** One of the three parts of the window. */
abstract class Screen {
    final View root;

    Screen(View root) {
        this.root = root;
    }

    /** The window shows: watch what is to be shown. */
    abstract void start();

    /** The window is gone: stop watching. */
    abstract void stop();

    /** Keeps what the user has set, and what the views do not keep themselves. */
    void save(Bundle state) {}

    static void show(View view, boolean shown) {
        view.setVisibility(shown ? View.VISIBLE : View.GONE);
    }
}
