package org.dcmobile.demo;

/**
 * A value that a screen shows. It lives as long as the app, so turning the phone loses nothing; the screen watches it only
 * while it is on. For the main thread alone.
 */
final class Observed<T> {
    interface Observer<T> {
        void changed(T value);
    }

    private T value;
    private Observer<T> observer;

    Observed(T value) {
        this.value = value;
    }

    T get() {
        return value;
    }

    void set(T value) {
        this.value = value;
        if (observer != null) {
            observer.changed(value);
        }
    }

    /** Calls at once, and at every change until {@link #stop}. */
    void watch(Observer<T> observer) {
        this.observer = observer;
        observer.changed(value);
    }

    /** Does nothing if another observer watches by now: a new screen starts before the old one stops. */
    void stop(Observer<T> observer) {
        if (this.observer == observer) {
            this.observer = null;
        }
    }
}
