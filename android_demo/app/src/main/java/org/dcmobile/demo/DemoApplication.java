package org.dcmobile.demo;

import android.app.Application;

/** What outlives a screen: the background thread, and the three jobs with what they found. */
public final class DemoApplication extends Application {
    private Classification classification;
    private ComparisonJob comparison;
    private BenchmarkJob benchmark;

    @Override
    public void onCreate() {
        super.onCreate();
        Work work = new Work();
        classification = new Classification(this, work);
        comparison = new ComparisonJob(this, work);
        benchmark = new BenchmarkJob(this, work);
    }

    Classification classification() {
        return classification;
    }

    ComparisonJob comparison() {
        return comparison;
    }

    BenchmarkJob benchmark() {
        return benchmark;
    }
}
