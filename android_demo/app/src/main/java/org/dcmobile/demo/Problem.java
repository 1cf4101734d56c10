package org.dcmobile.demo;

import android.content.Context;

/** What went wrong, to be told in the language that the screen has by then. */
final class Problem {
    private final int text;
    private final String detail;

    /**
     * @param text a string resource
     */
    Problem(int text) {
        this(text, null);
    }

    /**
     * @param detail what the text's place is filled with
     */
    Problem(int text, String detail) {
        this.text = text;
        this.detail = detail;
    }

    String in(Context context) {
        return detail == null ? context.getString(text) : context.getString(text, detail);
    }
}
