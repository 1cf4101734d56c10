package org.dcmobile.demo.view;

import android.content.Context;
import android.graphics.Canvas;
import android.graphics.Paint;
import android.graphics.Path;
import android.util.AttributeSet;
import android.view.View;
import org.dcmobile.demo.R;

/** A bar that is cut in proportion to the steps of loading: map, verify, decode, plan. */
public final class SplitBarView extends View {
    private static final int[] COLOURS = {
        R.color.load_map, R.color.load_verify, R.color.load_decode, R.color.load_plan
    };

    private final Paint paint = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final Path outline = new Path();
    private long[] parts = new long[0];

    public SplitBarView(Context context, AttributeSet attributes) {
        super(context, attributes);
    }

    /**
     * @param parts of map, verify, decode and plan
     */
    public void setParts(long... parts) {
        this.parts = parts.clone();
        invalidate();
    }

    @Override
    protected void onSizeChanged(int width, int height, int oldWidth, int oldHeight) {
        outline.reset();
        outline.addRoundRect(0, 0, width, height, height / 2f, height / 2f, Path.Direction.CW);
    }

    @Override
    protected void onDraw(Canvas canvas) {
        long whole = 0;
        for (long part : parts) {
            whole += part;
        }
        if (whole <= 0) {
            return;
        }
        canvas.clipPath(outline);
        float left = 0;
        for (int i = 0; i < parts.length; ++i) {
            float right = left + getWidth() * (float) parts[i] / whole;
            paint.setColor(getContext().getColor(COLOURS[i]));
            canvas.drawRect(left, 0, right, getHeight(), paint);
            left = right;
        }
    }
}
