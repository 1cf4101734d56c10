package org.dcmobile.demo.view;

import android.content.Context;
import android.content.res.TypedArray;
import android.graphics.Canvas;
import android.graphics.Paint;
import android.util.AttributeSet;
import android.view.View;
import org.dcmobile.demo.R;

/** A share from 0 to 1 as a bar with round ends on a track. */
public final class BarView extends View {
    private final Paint bar = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final Paint track = new Paint(Paint.ANTI_ALIAS_FLAG);
    private float share;

    public BarView(Context context, AttributeSet attributes) {
        super(context, attributes);
        TypedArray array = context.obtainStyledAttributes(attributes, R.styleable.BarView);
        bar.setColor(array.getColor(R.styleable.BarView_barColor, 0));
        track.setColor(array.getColor(R.styleable.BarView_trackColor, 0));
        array.recycle();
    }

    public void setShare(double share) {
        this.share = (float) Math.min(Math.max(share, 0), 1);
        invalidate();
    }

    @Override
    protected void onDraw(Canvas canvas) {
        float radius = getHeight() / 2f;
        canvas.drawRoundRect(0, 0, getWidth(), getHeight(), radius, radius, track);
        // As long as it is high at least, or it would not show that there is something.
        float length = share == 0 ? 0 : Math.max(share * getWidth(), getHeight());
        boolean mirrored = getLayoutDirection() == LAYOUT_DIRECTION_RTL;
        float left = mirrored ? getWidth() - length : 0;
        canvas.drawRoundRect(left, 0, left + length, getHeight(), radius, radius, bar);
    }
}
