"""Models as Android apps take them: an AAR, or files for an app's own build (docs/android.md)."""
