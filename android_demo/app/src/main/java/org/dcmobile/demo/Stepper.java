package org.dcmobile.demo;

import android.content.Context;
import android.view.View;
import android.widget.TextView;

/** A row with a number that two buttons change, by the steps of a list. */
final class Stepper implements View.OnClickListener {
    private final View less;
    private final View more;
    private final TextView value;
    private final int[] choices;
    private int index;

    /**
     * @param row the layout "stepper"
     * @param label a string resource
     * @param choices ascending
     * @param chosen one of them; the nearest below is taken for another number
     */
    Stepper(View row, int label, int[] choices, int chosen) {
        this.choices = choices.clone();
        less = row.findViewById(R.id.stepper_less);
        more = row.findViewById(R.id.stepper_more);
        value = (TextView) row.findViewById(R.id.stepper_value);
        Context context = row.getContext();
        ((TextView) row.findViewById(R.id.stepper_label)).setText(label);
        less.setContentDescription(context.getString(R.string.less, context.getString(label)));
        more.setContentDescription(context.getString(R.string.more, context.getString(label)));
        less.setOnClickListener(this);
        more.setOnClickListener(this);
        while (index + 1 < choices.length && choices[index + 1] <= chosen) {
            ++index;
        }
        update();
    }

    int value() {
        return choices[index];
    }

    void setEnabled(boolean enabled) {
        less.setEnabled(enabled && index > 0);
        more.setEnabled(enabled && index < choices.length - 1);
    }

    @Override
    public void onClick(View button) {
        index = Math.min(Math.max(index + (button == more ? 1 : -1), 0), choices.length - 1);
        update();
    }

    private void update() {
        value.setText(value.getContext().getString(R.string.number, value()));
        setEnabled(true);
    }
}
