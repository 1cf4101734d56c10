package org.dcmobile.demo.view;

import android.content.Context;
import android.content.res.TypedArray;
import android.graphics.Canvas;
import android.graphics.Paint;
import android.util.AttributeSet;
import android.view.View;
import org.dcmobile.demo.R;
import org.dcmobile.demo.measure.Latency;

/** Every run of a benchmark as a column, those slower than nine of ten in the second colour, with a line at the median. */
public final class RunTimesView extends View {
    private final Paint column = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final Paint slow = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final Paint line = new Paint(Paint.ANTI_ALIAS_FLAG);
    private Latency latency;
    private long[] times = new long[0];

    public RunTimesView(Context context, AttributeSet attributes) {
        super(context, attributes);
        TypedArray array = context.obtainStyledAttributes(attributes, R.styleable.BarView);
        column.setColor(array.getColor(R.styleable.BarView_barColor, 0));
        slow.setColor(array.getColor(R.styleable.BarView_trackColor, 0));
        array.recycle();
        line.setColor(context.getColor(R.color.text));
        line.setStrokeWidth(getResources().getDisplayMetrics().density);
    }

    public void setLatency(Latency latency) {
        this.latency = latency;
        times = latency.times();
        invalidate();
    }

    @Override
    protected void onDraw(Canvas canvas) {
        if (times.length == 0) {
            return;
        }
        float step = (float) getWidth() / times.length;
        float gap = Math.min(step / 4, 2 * line.getStrokeWidth());
        for (int i = 0; i < times.length; ++i) {
            float top = getHeight() * (1 - (float) times[i] / latency.max);
            Paint paint = times[i] > latency.p90 ? slow : column;
            canvas.drawRoundRect(i * step, top, (i + 1) * step - gap, getHeight(), gap, gap, paint);
        }
        float median = getHeight() * (1 - (float) latency.median / latency.max);
        canvas.drawLine(0, median, getWidth(), median, line);
    }
}
